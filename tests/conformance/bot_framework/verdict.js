// What Microsoft's own library says of tokens: reads {metadata, appId, cases: [{authorization, activity}]}, writes a verdict for each.
// npm's `botframework-connector`, told where our keys are; nothing of it is changed. Called by test_teams_in.py.
const fs = require("fs");
const { AuthenticationConfiguration, BotFrameworkAuthenticationFactory, PasswordServiceClientCredentialFactory } =
  require("botframework-connector");

// It prints what it refuses; the verdicts are ours to print.
console.error = () => {};

const { metadata, appId, issuer, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
const library = BotFrameworkAuthenticationFactory.create(
  "", true, "https://login.microsoftonline.com/botframework.com", "https://api.botframework.com", issuer, "https://token.botframework.com",
  metadata, metadata, "", new PasswordServiceClientCredentialFactory(appId, "secret"), new AuthenticationConfiguration(), undefined, undefined,
);

async function verdict({ authorization, activity }) {
  try {
    await library.authenticateRequest(activity, authorization);
    return { taken: true };
  } catch (error) {
    return { taken: false, said: String(error.message) };
  }
}

Promise.all(cases.map(verdict)).then((verdicts) => process.stdout.write(JSON.stringify(verdicts)));
