//! A PostgreSQL server for the length of a run.
//!
//! Airflow 2 needs one to run tasks side by side. The programs are the machine's own or, on
//! Debian, unpacked from its packages under `target/` without installing them. The server
//! refuses to run as root, so root hands it to an unprivileged user; its data lies under the
//! temporary folder, which that user can reach, and goes with the server.

use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::airflow::free_port;
use crate::process::{self, Group};
use crate::{install, paths, stop};

/// A running server; dropping it stops it and removes its data.
pub(crate) struct Postgres {
    port: u16,
    server: Option<Group>,
    data: Data,
}

impl Postgres {
    /// Starts a server with one empty database, `airflow`.
    pub(crate) fn start() -> Result<Self> {
        let programs = Programs::find().or_else(|_| Programs::unpack())?;
        let owner = Owner::choose()?;
        let data = Data::create(&owner)?;
        let port = free_port()?;
        let log = paths::log(&format!("postgres-{port}"))?;
        let mut initdb = programs.command("initdb", &owner);
        initdb.args(["-A", "trust", "-U", "airflow", "-E", "UTF8", "--no-locale", "--no-sync"]);
        process::run("initdb", initdb.arg("-D").arg(&data.path), &log)?;
        let mut serve = programs.command("postgres", &owner);
        serve.arg("-D").arg(&data.path).arg("-k").arg(&data.path);
        serve.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        // Nothing here outlives the run: a crash may lose it.
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] {
            serve.args(["-c", setting]);
        }
        serve.args(["-c", "max_connections=200"]);
        let mut server = Group::spawn("postgres", &mut serve, &log)?;
        stop::wait_for("PostgreSQL", Duration::from_secs(60), || {
            server.assert_running()?;
            create_database(&programs, &owner, port)
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
fn create_database(programs: &Programs, owner: &Owner, port: u16) -> Result<Option<()>> {
    stop::check()?;
    let mut create = programs.command("createdb", owner);
    create.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "airflow", "airflow"]);
    Ok(process::output("createdb", &mut create).is_ok().then_some(()))
}

/// The folder of one server's data.
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
        if let Owner::Other { uid, gid } = owner {
            chown(&path, Some(*uid), Some(*gid))?;
        }
        Ok(Self { path, kept: false })
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
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| users.lines().find_map(|line| ids(line, name)))
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
    /// For programs that were unpacked, not installed: where their libraries are.
    libraries: Vec<PathBuf>,
}

impl Programs {
    fn find() -> Result<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let usual = ["/usr/local/pgsql/bin", "/opt/homebrew/bin"].map(PathBuf::from);
        std::env::split_paths(&path)
            .chain(usual)
            .chain(versions(Path::new("/usr/lib/postgresql")))
            .find(|folder| {
                ["initdb", "postgres", "createdb"].iter().all(|p| folder.join(p).exists())
            })
            .map(|bin| Self { bin, libraries: Vec::new() })
            .context("no PostgreSQL on this machine")
    }

    /// Downloads Debian's packages, with the libraries this machine lacks, and unpacks them.
    fn unpack() -> Result<Self> {
        let root = home_for_all()?;
        let _alone = install::alone("postgresql")?;
        let done = root.join("airvane-unpacked");
        if !done.exists() {
            download(&root)?;
            std::fs::write(done, "")?;
        }
        let bin = versions(&root.join("usr/lib/postgresql")).pop();
        let bin = bin.context("Debian's packages hold no PostgreSQL")?;
        let libraries = std::fs::read_dir(root.join("usr/lib"))?
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().ends_with("-linux-gnu"))
            .collect();
        Ok(Self { bin, libraries })
    }

    fn command(&self, program: &str, owner: &Owner) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.current_dir("/").env("LC_ALL", "C");
        if let Ok(path) = std::env::join_paths(&self.libraries)
            && !path.is_empty()
        {
            command.env("LD_LIBRARY_PATH", path);
        }
        if let Owner::Other { uid, gid } = owner {
            command.uid(*uid).gid(*gid);
        }
        command
    }
}

/// `FOLDER/VERSION/bin` for each version there, oldest first.
fn versions(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.exists())
        .collect();
    found.sort();
    found
}

/// The server's user must be able to read the programs; below root's home it is not.
fn home_for_all() -> Result<PathBuf> {
    let wanted = paths::base().join("postgresql");
    let open = wanted.ancestors().filter(|folder| folder.exists()).all(|folder| {
        std::fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o005 == 0o005)
    });
    let path = if open { wanted } else { std::env::temp_dir().join("airvane-postgresql") };
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

fn download(root: &Path) -> Result<()> {
    let log = paths::log("install-postgresql")?;
    let archives = root.join("archives");
    std::fs::create_dir_all(archives.join("partial"))?;
    if rustix::process::geteuid().is_root() {
        // A fresh container has no package lists.
        process::run("apt-get update", Command::new("apt-get").args(["-qq", "update"]), &log)?;
    }
    let mut get = Command::new("apt-get");
    get.args(["-qq", "--yes", "--no-install-recommends", "--download-only"])
        .args(["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root", "-o"])
        .arg(format!("Dir::Cache::archives={}", archives.display()))
        .args(["install", "postgresql"]);
    process::run("apt-get install --download-only postgresql", &mut get, &log)?;
    let mut any = false;
    for entry in std::fs::read_dir(&archives)?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "deb") {
            let mut unpack = Command::new("dpkg-deb");
            process::run("dpkg-deb", unpack.arg("-x").arg(entry.path()).arg(root), &log)?;
            any = true;
        }
    }
    if !any {
        bail!("apt-get downloaded no package");
    }
    Ok(())
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
