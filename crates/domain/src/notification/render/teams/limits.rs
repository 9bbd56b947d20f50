//! Microsoft Teams' limits on a message, each with the page that states it.

/// A webhook's message: "28 KB":
/// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>. Taken as
/// thousands of bytes in UTF-8, the smaller reading, of the card as a string inside JSON.
pub const MESSAGE_UTF8_BYTES: usize = 28_000;
/// A bot's message: 40 KB "encoded as UTF-16":
/// <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages>. For ASCII the tighter of the two.
pub const MESSAGE_UTF16_BYTES: usize = 40_000;
/// What a bot's request has around a message, at most: the channel's id (255), the tenant's (36, twice) and the names of the
/// members. The limit is taken to be of the whole request.
pub const ENVELOPE_UTF8_BYTES: usize = 500;
/// Actions of a card: <https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions>.
pub const ACTIONS: usize = 6;
/// A URL: no number is stated; browsers take this much.
pub const URL: usize = 2_000;
