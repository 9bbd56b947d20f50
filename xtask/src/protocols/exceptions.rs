//! Cases of botocore that we do not follow, each with its reason.

use super::Direction;

pub struct Exception {
    direction: Direction,
    file: &'static str,
    id: &'static str,
    #[expect(dead_code, reason = "for whoever reads the table")]
    reason: &'static str,
}

impl Exception {
    pub fn place(&self) -> String {
        format!("{}/{}: {}", self.direction.name(), self.file, self.id)
    }
}

pub const ALL: [Exception; 0] = [];
