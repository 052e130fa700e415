//! That something is being done, for a person who waits.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Before this nobody waits.
pub const AFTER: Duration = Duration::from_secs(1);
/// How often the time is told.
const STEP: Duration = Duration::from_millis(200);

/// Until it is dropped, a line on a terminal that says what is being done and
/// for how long, if it takes long. Nothing is left of it.
#[derive(Debug)]
pub struct Progress {
    /// Gone, when it is over.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// On standard error, if that is a terminal.
    #[must_use]
    pub fn start(what: &str) -> Progress {
        if !io::stderr().is_terminal() {
            return Progress {
                running: None,
                thread: None,
            };
        }
        Progress::on(what, AFTER, io::stderr)
    }

    /// On any output.
    #[must_use]
    pub fn on<W: Write>(
        what: &str,
        after: Duration,
        out: impl Fn() -> W + Send + 'static,
    ) -> Progress {
        let (running, over) = mpsc::channel::<()>();
        let what = what.to_owned();
        let start = Instant::now();
        let thread = thread::spawn(move || {
            let mut wait = after;
            let mut is_told = false;
            while over.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let seconds = start.elapsed().as_secs();
                // Nowhere to tell that telling failed.
                let _ = write!(out(), "\r{what} … {seconds} s").and_then(|()| out().flush());
                (wait, is_told) = (STEP, true);
            }
            if is_told {
                let _ = write!(out(), "\r\x1b[K").and_then(|()| out().flush());
            }
        });
        Progress {
            running: Some(running),
            thread: Some(thread),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // Had it panicked, there would be no line, and that is all.
            let _ = thread.join();
        }
    }
}
