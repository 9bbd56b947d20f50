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
/// Elements of an actions block: <https://docs.slack.dev/reference/block-kit/blocks/actions-block>.
pub const ACTIONS: usize = 25;
/// The words on a button: <https://docs.slack.dev/reference/block-kit/block-elements/button-element>.
pub const BUTTON_TEXT: usize = 75;
/// What a button brings back: the same page.
pub const BUTTON_VALUE: usize = 2_000;
/// `label` and `hint` of an input block: <https://docs.slack.dev/reference/block-kit/blocks/input-block>.
pub const INPUT_LABEL: usize = 2_000;
/// What a text input holds: <https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element>.
pub const INPUT_TEXT: usize = 3_000;
/// The words of a menu's line: <https://docs.slack.dev/reference/block-kit/composition-objects/option-object>.
pub const OPTION_TEXT: usize = 75;
/// Rows of a table, its heading among them, their cells, and how many tables a message has:
/// <https://docs.slack.dev/reference/block-kit/blocks/table-block>.
pub const TABLE_ROWS: usize = 100;
pub const TABLE_COLUMNS: usize = 20;
pub const TABLES: usize = 1;
/// The characters of all cells: the same page.
pub const TABLE_TEXT: usize = 10_000;
/// Title, `submit` and `close` of a view, its blocks and its `private_metadata`:
/// <https://docs.slack.dev/reference/views/modal-views>.
pub const VIEW_TITLE: usize = 24;
pub const VIEW_BLOCKS: usize = 100;
pub const PRIVATE_METADATA: usize = 3_000;
/// A whole view: `views.open` answers `view_too_large` above 250 kB: <https://docs.slack.dev/reference/methods/views.open>.
pub const VIEW_BYTES: usize = 250_000;
