//! Files that are files. A pipe would be waited for, and a device has no end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of a config, or of another file that people write.
pub const LARGEST_CONFIG: u64 = 16 << 20;

/// Opens a regular file and says how long it is. Links are followed.
///
/// Looks before it opens, because opening a pipe would wait for its other end.
///
/// # Errors
/// What the system says; or the path leads to a directory, device, pipe or socket.
pub fn open_file(path: &Path) -> io::Result<(File, u64)> {
    let metadata = path.metadata()?;
    match what_it_is(&metadata) {
        Some(found) => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("it is a {found}; a regular file is needed"),
        )),
        None => Ok((File::open(path)?, metadata.len())),
    }
}

/// What a path leads to, if not to a regular file.
pub(crate) fn what_it_is(metadata: &std::fs::Metadata) -> Option<&'static str> {
    if metadata.is_file() {
        return None;
    }
    Some(if metadata.is_dir() { "directory" } else { "device, pipe or socket" })
}

/// Reads a config, or another file that people write, as a whole.
///
/// # Errors
/// As [`open_file`]; or the file has more than [`LARGEST_CONFIG`] bytes.
pub fn read_config(path: &Path) -> io::Result<Vec<u8>> {
    let (file, _) = open_file(path)?;
    let mut bytes = Vec::new();
    // Not by the length that the system tells: the file may grow.
    file.take(LARGEST_CONFIG + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_CONFIG {
        let message =
            format!("it has more than {LARGEST_CONFIG} bytes (16 MiB), the most that such a file may have");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok(bytes)
}

/// Reads a text of any length from a regular file.
///
/// # Errors
/// As [`open_file`]; or the bytes are not UTF-8.
pub fn read_text_file(path: &Path) -> io::Result<String> {
    let (mut file, _) = open_file(path)?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_config_is_a_file_of_at_most_16_mib() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for (length, fits) in
            [(0, true), (LARGEST_CONFIG, true), (LARGEST_CONFIG + 1, false), (1 << 40, false)]
        {
            File::create(&path).unwrap().set_len(length).unwrap();
            let read = read_config(&path);
            assert_eq!(
                read.as_ref().map(|bytes| bytes.len() as u64).ok(),
                fits.then_some(length),
                "{length}"
            );
            assert!(read.err().is_none_or(|e| e.to_string().contains("16 MiB")));
        }
        assert!(read_config(folder.path()).unwrap_err().to_string().contains("directory"));
        assert_eq!(read_config(&folder.path().join("x")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_refused_at_once() {
        for path in ["/dev/zero", "/dev/null", "/dev/tty"] {
            let path = Path::new(path);
            if path.exists() {
                assert!(open_file(path).unwrap_err().to_string().contains("device, pipe or socket"));
                assert!(read_config(path).unwrap_err().to_string().contains("device, pipe or socket"));
                assert!(read_text_file(path).unwrap_err().to_string().contains("device, pipe or socket"));
            }
        }
    }
}
