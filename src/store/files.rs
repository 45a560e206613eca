//! Files beside the database: private from their first moment, and replaced in one step.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::store::StoreError;

/// Creates the folder and its parents; only its owner may enter.
///
/// # Errors
/// `StoreError::File`, also when the place is taken by a file.
pub fn make_private_folder(path: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    if !path.is_dir() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(failed)?;
    }
    #[cfg(unix)]
    set_mode(path, 0o700).map_err(failed)?;
    Ok(())
}

/// Opens for reading and writing, creates when absent; only the owner may read it, whatever the
/// umask says.
///
/// # Errors
/// `StoreError::File`.
pub fn open_private(path: &Path) -> Result<File, StoreError> {
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(failed)?;
    #[cfg(unix)]
    set_mode(path, 0o600).map_err(failed)?;
    Ok(file)
}

/// After a power loss the file holds either the old bytes or the new ones.
///
/// # Errors
/// `StoreError::File`, `StoreError::DiskFull`.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let part = part_of(path);
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    remove_if_there(&part)?;
    let mut file = open_private(&part)?;
    file.write_all(bytes).map_err(failed)?;
    drop(file);
    put_in_place(&part, path)
}

/// Syncs `part`, gives it its final name and syncs the folder.
///
/// # Errors
/// `StoreError::File`.
pub fn put_in_place(part: &Path, path: &Path) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    open_private(part)?.sync_all().map_err(failed)?;
    fs::rename(part, path).map_err(failed)?;
    // Windows cannot open a folder as a file; there the rename itself is journalled.
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}

/// Where a file is written before it gets its name.
pub fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// # Errors
/// `StoreError::File`, but not for a file that is already gone.
pub fn remove_if_there(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::file(path, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path)?.permissions().mode() & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}
