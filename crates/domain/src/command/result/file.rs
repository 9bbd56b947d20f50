//! The whole of an output as a file below its answer.
//!
//! `result` makes it, the server's `conversations/send` uploads it where the platform takes files.

use crate::conversation::TextFile;

/// More is cut, and said in the file's first line: nobody scrolls through more, and the file waits in memory.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// `command` is the AWS CLI's: letters, digits and hyphens.
pub fn file(command: &str, ending: &str, mut text: String) -> TextFile {
    if text.len() <= FILE_BYTES_MAX {
        return TextFile { name: format!("{command}.{ending}"), text };
    }
    let whole = text.len();
    text.truncate(text.floor_char_boundary(FILE_BYTES_MAX));
    let notice =
        format!("# Cut here after {FILE_BYTES_MAX} of {whole} bytes: --query or --max-items make it shorter.\n");
    TextFile { name: format!("{command}.txt"), text: notice + &text }
}
