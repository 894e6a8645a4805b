//! SIGHUP: settings and certificate are read again while the server runs.

use std::sync::Arc;

use server::Doors;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::commands::serve::RELOADED;
use crate::exit::failed;
use crate::settings::{self, Effective, Loaded, NotLoaded};

/// Hears SIGHUP from when it is made, so that none ends the process.
pub(crate) struct Reloading {
    hangups: Signal,
    /// The settings that the process started with.
    started: Vec<Effective>,
    /// Those that were read last.
    held: Vec<Effective>,
}

impl Reloading {
    /// Begins to listen.
    ///
    /// # Errors
    /// If the system does not allow listening.
    pub(crate) fn listen(runtime: &Runtime, started: Vec<Effective>) -> miette::Result<Self> {
        let _context = runtime.enter();
        let hangups = signal(SignalKind::hangup());
        let hangups = hangups.map_err(|error| failed(&error, "the system gives no signals; start it otherwise"))?;
        Ok(Self { hangups, held: started.clone(), started })
    }

    /// Reads the settings again at each SIGHUP. What cannot be used leaves everything as it is.
    pub(crate) async fn run(mut self, doors: Arc<Doors>) {
        while self.hangups.recv().await.is_some() {
            match settings::load() {
                Ok(loaded) => self.take(loaded, &doors),
                Err(NotLoaded::Wrong(complaints)) => {
                    for complaint in complaints {
                        tracing::error!(%complaint, "settings were not read again; everything is as before");
                    }
                }
                Err(NotLoaded::Unread { file, source }) => {
                    tracing::error!(file = %file.display(), error = %source, "settings were not read again; everything is as before");
                }
            }
        }
    }

    fn take(&mut self, loaded: Loaded, doors: &Doors) {
        let Loaded { serve, settings } = loaded;
        let files = serve.tls_files();
        for setting in &settings {
            let is_reloaded = RELOADED.contains(&setting.key.as_str());
            let before = if is_reloaded { &self.held } else { &self.started };
            if before.iter().any(|before| before.key == setting.key && !before.says_the_same(setting)) {
                if is_reloaded {
                    tracing::info!(%setting, "a setting has changed and holds from now on");
                } else {
                    tracing::warn!(%setting, "a setting has changed and holds from the next start on");
                }
            }
        }
        if files.is_some() != doors.is_https() {
            tracing::warn!("whether the server speaks TLS changes with the next start");
        }
        doors.reload(serve.rules(), files);
        self.held = settings;
        tracing::info!("settings were read again");
    }
}
