//! Slack's limits on a message, each with the page that states it. Lengths are counted in UTF-16 units, which is never
//! less than any other way Slack might count characters.

/// Blocks of one message: <https://docs.slack.dev/reference/block-kit/blocks>.
pub const BLOCKS: usize = 50;
/// Text of a header block: <https://docs.slack.dev/reference/block-kit/blocks/header-block>.
pub const HEADER_TEXT: usize = 150;
/// Text of a section block: <https://docs.slack.dev/reference/block-kit/blocks/section-block>.
pub const SECTION_TEXT: usize = 3_000;
/// Fields of a section block, and the text of one: the same page.
pub const SECTION_FIELDS: usize = 10;
pub const FIELD_TEXT: usize = 2_000;
/// Elements of a context block: <https://docs.slack.dev/reference/block-kit/blocks/context-block>.
pub const CONTEXT_ELEMENTS: usize = 10;
/// `alt_text` of an image block: <https://docs.slack.dev/reference/block-kit/blocks/image-block>.
pub const ALT_TEXT: usize = 2_000;
/// Top-level `text`: at most 4,000 characters are recommended, after 40,000 Slack cuts:
/// <https://docs.slack.dev/reference/methods/chat.postMessage>.
pub const MESSAGE_TEXT: usize = 4_000;
/// A URL: stated for buttons (<https://docs.slack.dev/reference/block-kit/block-elements/button-element>), assumed for links.
pub const URL: usize = 3_000;
/// All blocks of a message together, their containers included. Undocumented: `chat.postMessage` lists the error
/// `msg_blocks_too_long` without a number. Observed by users at about 13,200 (slackapi/bolt-js issue 2509, where Slack speaks
/// of "12,000 text characters with a buffer for block containers"); counting the containers too keeps well below it.
pub const MESSAGE_BLOCKS: usize = 12_000;
