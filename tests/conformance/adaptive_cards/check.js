// Reads a JSON list of Adaptive Cards from standard input and prints, for each, what Microsoft's parser has to say of it at
// version 1.5, what its validation has, and the card as it writes it again: what it did not understand is not in there.
// Called by test_teams_cards.py with the parser's folder in NODE_PATH. It draws nothing and reaches nobody.

"use strict";

const { readFileSync } = require("node:fs");
const { AdaptiveCard, SerializationContext, Versions } = require("adaptivecards/dist/adaptivecards.js");

function events(list) {
    return list.map((event) => `${event.event}: ${event.message}`);
}

function check(json) {
    const context = new SerializationContext(Versions.v1_5);
    const card = new AdaptiveCard();
    card.parse(json, context);
    const parsed = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at));
    return {
        parsed: events(parsed),
        validated: events(card.validateProperties().validationEvents),
        understood: card.toJSON(new SerializationContext(Versions.v1_5)),
    };
}

const cards = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(cards.map(check)));
