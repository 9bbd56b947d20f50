//! Records as lines of JSON in a file or on standard output, for whoever collects logs. Nothing waits for it: what cannot
//! be written is logged and counted, and the store has it.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use anyhow::Context as _;
use prometheus_client::metrics::counter::Counter;
use store::NewAuditRecord;
use tokio::sync::oneshot;

/// Batches that may wait for a slow disk or a reader that does not read.
const WAITING_MAX: usize = 64;
/// How long a stop waits for what is not written yet.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);
const STANDARD_OUTPUT: &str = "-";

struct Batch {
    lines: String,
    count: usize,
}

/// The hand that writes. A thread of its own: a pipe that nobody reads would hold one of the runtime's for ever.
pub struct JsonLines {
    batches: SyncSender<Batch>,
    ended: oneshot::Receiver<()>,
    lost: Counter,
}

impl JsonLines {
    /// Opens the file, which must be possible at the start; later it is never opened again. `lost` counts lines.
    pub fn open(path: &Path, lost: Counter) -> anyhow::Result<Self> {
        if path.as_os_str() == STANDARD_OUTPUT {
            return Self::start(std::io::stdout(), lost);
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path);
        let file = file.with_context(|| format!("cannot append to `{}`, `audit.json_lines`", path.display()))?;
        Self::start(file, lost)
    }

    fn start(out: impl Write + Send + 'static, lost: Counter) -> anyhow::Result<Self> {
        let (batches, waiting) = sync_channel(WAITING_MAX);
        let (end, ended) = oneshot::channel();
        let counter = lost.clone();
        std::thread::Builder::new().name("audit-lines".to_owned()).spawn(move || {
            write_all(out, &waiting, &counter);
            let _ = end.send(());
        })?;
        Ok(Self { batches, ended, lost })
    }

    /// Has these written, soon. Never waits.
    pub(super) fn write(&self, records: &[NewAuditRecord]) {
        let mut lines = String::with_capacity(records.iter().map(|record| record.record.len() + 1).sum());
        for record in records {
            lines.push_str(&record.record);
            lines.push('\n');
        }
        match self.batches.try_send(Batch { lines, count: records.len() }) {
            Ok(()) => {}
            Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => {
                count(&self.lost, batch.count);
                tracing::error!(
                    lines = batch.count,
                    "`audit.json_lines` is read or written too slowly: lines are left out"
                );
            }
        }
    }

    /// Waits until everything is written, but not for somebody who does not read.
    pub(super) async fn close(self) {
        drop(self.batches);
        if tokio::time::timeout(CLOSE_TIMEOUT, self.ended).await.is_err() {
            tracing::error!("`audit.json_lines` is not read or written: its last lines are left out");
        }
    }
}

fn write_all(mut out: impl Write, waiting: &Receiver<Batch>, lost: &Counter) {
    // A write that failed may have left half a line: what follows begins on a new one.
    let mut broken = false;
    for Batch { lines, count: records } in waiting {
        let text = if broken { format!("\n{lines}") } else { lines };
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => broken = false,
            Err(error) => {
                broken = true;
                count(lost, records);
                tracing::error!(%error, lines = records, "`audit.json_lines` cannot be written: lines are left out");
            }
        }
    }
}

fn count(lost: &Counter, lines: usize) {
    lost.inc_by(u64::try_from(lines).unwrap_or(u64::MAX));
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A disk that is full now and then: it takes `room` bytes.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Disk {
        fn with_room(room: usize) -> Self {
            Self(Arc::new(Mutex::new((Vec::new(), room))))
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let taken = bytes.len().min(disk.1);
            if taken == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.0.extend_from_slice(&bytes[..taken]);
            disk.1 -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn record(text: &str) -> NewAuditRecord {
        NewAuditRecord {
            account_id: "123456789012".parse().unwrap(),
            event_time_ms: 0,
            event_id: String::new(),
            event_name: "TagResource",
            record: text.to_owned(),
        }
    }

    #[tokio::test]
    async fn after_a_full_disk_lines_are_whole_again() {
        let (disk, lost) = (Disk::with_room(8), Counter::default());
        let lines = JsonLines::start(disk.clone(), lost.clone()).unwrap();
        lines.write(&[record("{1}")]);
        lines.write(&[record("{2}"), record("{3}")]);
        while lost.get() == 0 {
            tokio::task::yield_now().await;
        }
        disk.0.lock().unwrap().1 = 100;
        lines.write(&[record("{4}")]);
        lines.close().await;
        assert_eq!(disk.text(), "{1}\n{2}\n\n{4}\n");
        assert_eq!(lost.get(), 2);
    }

    #[tokio::test]
    async fn a_reader_that_does_not_read_holds_nobody_up() {
        let (reader, writer) = io::pipe().unwrap();
        let lost = Counter::default();
        let lines = JsonLines::start(writer, lost.clone()).unwrap();
        // Each is larger than a pipe: the first is stuck, as many as may wait do, the others are left out.
        let large = [record(&"x".repeat(1 << 20))];
        for _ in 0..=WAITING_MAX + 10 {
            lines.write(&large);
        }
        assert!((9..=10).contains(&lost.get()), "{}", lost.get());
        drop(reader);
        // A closed pipe fails each that waited.
        lines.close().await;
        assert_eq!(lost.get(), u64::try_from(WAITING_MAX + 11).unwrap());
    }

    #[test]
    fn a_file_that_cannot_be_appended_to_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let error = JsonLines::open(directory.path(), Counter::default()).err().unwrap();
        let error = format!("{error:#}");
        assert!(error.contains(directory.path().to_str().unwrap()) && error.contains("audit.json_lines"), "{error}");
    }
}
