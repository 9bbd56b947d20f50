//! How many commands run at once: of this node, and of one channel. Nobody waits for a slot: whoever finds none is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::CommandSettings;

pub struct Slots(Arc<Inner>);

struct Inner {
    of_all: usize,
    of_channel: usize,
    taken: Mutex<HashMap<String, usize>>,
}

/// The right to run one command, until it is dropped.
pub(super) struct Slot {
    slots: Arc<Inner>,
    destination: String,
}

/// Why there is none. For the person who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    #[error(
        "{0} commands of this channel run at the moment, and more may not. Nothing was run: please try again when one has ended."
    )]
    Channel(usize),
    #[error("{0} commands run at the moment, and more may not. Nothing was run: please try again in a few seconds.")]
    All(usize),
}

impl Slots {
    pub fn new(settings: &CommandSettings) -> Self {
        Self(Arc::new(Inner {
            of_all: usize::from(settings.concurrency),
            of_channel: usize::from(settings.per_channel),
            taken: Mutex::default(),
        }))
    }

    pub(super) fn take(&self, destination: &str) -> Result<Slot, Busy> {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.0.of_all {
            return Err(Busy::All(self.0.of_all));
        }
        let of_channel = taken.entry(destination.to_owned()).or_default();
        if *of_channel >= self.0.of_channel {
            return Err(Busy::Channel(self.0.of_channel));
        }
        *of_channel += 1;
        Ok(Slot { slots: self.0.clone(), destination: destination.to_owned() })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.destination) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.destination);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_free_again_when_its_command_ends() {
        let settings = CommandSettings { concurrency: 3, per_channel: 2, ..CommandSettings::default() };
        let slots = Slots::new(&settings);
        let first = slots.take("C1").ok().unwrap();
        let _second = slots.take("C1").ok().unwrap();
        assert_eq!(slots.take("C1").err(), Some(Busy::Channel(2)));
        let _third = slots.take("C2").ok().unwrap();
        assert_eq!(slots.take("C3").err(), Some(Busy::All(3)));
        drop(first);
        assert!(slots.take("C1").is_ok());
        assert!(slots.0.taken.lock().unwrap().len() == 2);
    }
}
