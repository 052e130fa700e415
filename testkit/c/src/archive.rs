//! The static libraries, each built once, however many tests link it.

use crate::{aside, folder, root, run};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::{env, fs};

/// A static library, and how it is to be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Archive {
    package: &'static str,
    file: &'static str,
    profile: &'static str,
    /// What it needs to be one that a C program links.
    always: &'static str,
    features: &'static str,
    sanitizer: &'static str,
}

/// The engine and its C surface. Its profile `dev` is without optimisation, so that
/// overflow checks and debug assertions are in.
pub const ENGINE: Archive = Archive {
    package: "anjay-access-control-packaging",
    file: "libanjay_access_control.a",
    profile: "dev",
    always: "freestanding",
    features: "",
    sanitizer: "",
};

/// The host interface alone, for clients other than Anjay.
pub const NEUTRAL: Archive = Archive {
    package: "anjay-access-control-engine",
    file: "liblwm2m_access_control.a",
    ..ENGINE
};

pub const OCF: Archive = Archive {
    package: "ocf-acl-static",
    file: "libocf_acl_static.a",
    ..ENGINE
};

pub const SANDBOX: Archive = Archive {
    package: "anjay-access-control-sandbox",
    file: "libanjay_access_control_sandbox.a",
    always: "",
    ..ENGINE
};

impl Archive {
    #[must_use]
    pub const fn profile(self, profile: &'static str) -> Archive {
        Archive { profile, ..self }
    }

    /// Separated by commas.
    #[must_use]
    pub const fn features(self, features: &'static str) -> Archive {
        Archive { features, ..self }
    }

    /// AddressSanitizer watches the Rust code too: without that, a use after free in
    /// it goes unseen.
    #[must_use]
    pub const fn sanitized(self) -> Archive {
        Archive {
            sanitizer: "address",
            ..self
        }
    }

    /// ThreadSanitizer watches the Rust code too.
    #[must_use]
    pub const fn thread_sanitized(self) -> Archive {
        Archive {
            sanitizer: "thread",
            ..self
        }
    }

    /// Builds it, unless that was done.
    #[must_use]
    pub fn path(self) -> &'static Path {
        static BUILT: LazyLock<Mutex<HashMap<Archive, &Path>>> = LazyLock::new(Mutex::default);
        let mut built = BUILT.lock().expect("no build has failed");
        // Few, and needed to the end.
        built
            .entry(self)
            .or_insert_with(|| Box::leak(self.build().into_boxed_path()))
    }

    fn build(self) -> PathBuf {
        let mut rustflags = env::var("RUSTFLAGS").unwrap_or_default();
        let sanitizer = self.sanitizer;
        if !sanitizer.is_empty() {
            // The standard library itself is not built so, which is of no matter here.
            rustflags += " -Cunsafe-allow-abi-mismatch=sanitizer -Zsanitizer=";
            rustflags += sanitizer;
        }
        let Archive {
            package,
            profile,
            always,
            features,
            ..
        } = self;
        let name = format!("{package}-{profile}-{features}-{sanitizer}");
        // Not the folder of the tests, whose lock cargo may hold; one for all archives,
        // for the packages that they share.
        let target_folder = target_folder();
        let _lock = lock();
        // With a target named, build scripts are not built as the flags say.
        let host = host_triple();
        run(Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["build", "--quiet", "--locked", "--package", self.package])
            .args(["--profile", self.profile, "--features", always])
            .args(["--features", features])
            .args(["--target", &host, "--target-dir"])
            .arg(&target_folder)
            .env("RUSTFLAGS", rustflags)
            // Built once, so what helps to build again is not kept.
            .env("CARGO_INCREMENTAL", "0")
            // `-Z` on a stable Rust.
            .envs((!sanitizer.is_empty()).then_some(("RUSTC_BOOTSTRAP", "1"))));
        let profile = match self.profile {
            "dev" => "debug",
            other => other,
        };
        // The next build with other features takes its place.
        let made = target_folder.join(host).join(profile).join(self.file);
        let kept = folder(&format!("archives/kept/{name}")).join(self.file);
        let unfinished = aside(&kept);
        fs::copy(made, &unfinished).expect("cargo has built it");
        fs::rename(unfinished, &kept).expect("it is writable");
        kept
    }
}

/// What cargo compiles for all archives.
#[must_use]
pub fn target_folder() -> PathBuf {
    folder("archives")
}

/// For those who build in [`target_folder`], and copy from there, by themselves:
/// nobody else does so meanwhile.
#[must_use]
pub fn lock() -> fs::File {
    let lock = fs::File::create(target_folder().join("lock")).expect("it is writable");
    lock.lock().expect("files can be locked here");
    lock
}

fn host_triple() -> String {
    let version = run(Command::new("rustc").arg("-vV"));
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("rustc names its host").to_owned()
}
