//! Which files are meant by what somebody named: a file itself, or every file in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// Folders in folders; links are not followed, so nothing can go round.
const DEPTH_MAX: usize = 32;
const FILES_MAX: usize = 10_000;

/// The files that are named, folders walked: sorted within each, hidden files and links left
/// out. Paths are absolute, because a server may stand in another folder.
///
/// # Errors
/// For a folder that cannot be read, holds no file, or holds more than anybody means.
pub fn list_files(named: &[String]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for name in named {
        let path = std::path::absolute(name)?;
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        let before = files.len();
        walk(&path, 0, &mut files)?;
        if files.len() == before {
            bail!("the folder {} holds no file; nothing was changed", path.display());
        }
    }
    Ok(files)
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let reading = || format!("read the folder {}", folder.display());
    let entries = fs::read_dir(folder).with_context(reading)?;
    let entries: Result<Vec<fs::DirEntry>, _> = entries.collect();
    let mut entries = entries.with_context(reading)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().with_context(reading)?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_hidden || kind.is_symlink() {
            continue;
        }
        if kind.is_file() {
            files.push(entry.path());
        } else if kind.is_dir() && depth < DEPTH_MAX {
            walk(&entry.path(), depth + 1, files)?;
        }
        if files.len() > FILES_MAX {
            bail!(
                "{} holds more than {FILES_MAX} files; nothing was changed. Name the folders \
                 that hold exports",
                folder.display()
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn a_folder_is_walked_in_order_without_hidden_files_and_links() {
        let (folder, outside) = (Folder::new(), Folder::new());
        fs::write(outside.file("secret.csv"), "x").unwrap();
        fs::create_dir_all(folder.file("b/.git")).unwrap();
        for name in ["c.csv", "a.csv", ".hidden.csv", "b/2.csv", "b/1.csv", "b/.git/config"] {
            fs::write(folder.file(name), "x").unwrap();
        }
        #[cfg(unix)]
        for (target, link) in [("secret.csv", "link.csv"), ("", "linked")] {
            std::os::unix::fs::symlink(outside.file(target), folder.file(link)).unwrap();
        }
        let name = |path: &Path| path.to_string_lossy().into_owned();
        let found = list_files(&[name(folder.path()), name(&folder.file("c.csv"))]).unwrap();
        let expected = ["a.csv", "b/1.csv", "b/2.csv", "c.csv", "c.csv"].map(|n| folder.file(n));
        assert_eq!(found, expected);
        fs::create_dir(folder.file("empty")).unwrap();
        let fault = list_files(&[name(&folder.file("empty"))]).unwrap_err();
        assert!(fault.to_string().contains("holds no file"), "{fault}");
    }
}
