//! What a program does to a folder: the system calls, as strace writes them down.

use crate::disk::{Disk, Op};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Calls that change files or make changes durable, and those that tell where the next write goes.
const CALLS: &str = "openat,open,creat,mkdir,mkdirat,rmdir,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,\
    copy_file_range,sendfile,splice,lseek,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,fsync,fdatasync,\
    sync_file_range";

/// Whether strace is there and may trace.
pub fn is_possible() -> bool {
    let traced = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    traced.is_ok_and(|status| status.success())
}

/// Runs a program under strace and adds to the disk what it does below the disk's folder.
pub fn run(program: &mut Command, disk: &mut Disk) {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-xx", "-s", "100000000", "-e", &format!("trace={CALLS}"), "-o"]);
    strace.arg(trace.path()).arg(program.get_program()).args(program.get_args());
    let output = strace.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(trace.path()).unwrap();
    let mut offsets = HashMap::new();
    let mut unfinished: HashMap<&str, &str> = HashMap::new();
    for line in text.lines() {
        let (process, call) = line.trim_start().split_once(' ').unwrap_or((line, ""));
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(process, start);
        } else if let Some(rest) = call.strip_prefix("<... ") {
            let start = unfinished.remove(process).expect("a call begins before it ends");
            let end = rest.split_once(" resumed>").expect("a call that is resumed").1;
            replay(&format!("{start}{end}"), disk, &mut offsets);
        } else {
            replay(call, disk, &mut offsets);
        }
    }
}

/// An argument of a call: text in quotes, `AT_FDCWD<path>`, `5<path>`, or anything else.
fn unescaped(text: &str) -> Vec<u8> {
    let inner = text.trim_matches('"');
    let byte = |hex: &str| u8::from_str_radix(hex, 16).expect("-xx writes every byte as \\xHH");
    inner.split("\\x").skip(1).map(|hex| byte(&hex[..2])).collect()
}

/// The path in `5</a/b>`, and the number before it.
fn descriptor(text: &str) -> Option<(&str, PathBuf)> {
    let (number, path) = text.trim().split_once('<')?;
    let path = unescaped(path.strip_suffix('>')?);
    Some((number, PathBuf::from(String::from_utf8(path).expect("paths are text"))))
}

fn path(folder: &str, name: &str) -> PathBuf {
    let name = String::from_utf8(unescaped(name.trim())).expect("paths are text");
    descriptor(folder).expect("a folder").1.join(name)
}

fn replay(call: &str, disk: &mut Disk, offsets: &mut HashMap<String, u64>) {
    // Signals and ends of processes are no calls.
    let Some((name, rest)) = call.split_once('(') else { return };
    let Some((arguments, result)) = rest.rsplit_once(" = ") else { return };
    if call.starts_with("---") || call.starts_with("+++") || result.starts_with("-1") {
        return;
    }
    let arguments = arguments.trim_end().strip_suffix(')').expect("arguments end");
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let here = format!(
        "0<{}>",
        disk.root().to_string_lossy().bytes().map(|b| format!("\\x{b:02x}")).collect::<String>()
    );
    let number = |text: &str| text.trim().parse::<u64>().expect("a number");
    match name {
        "openat" => {
            let (fd, _) = descriptor(result).expect("openat returns a descriptor");
            offsets.insert(fd.to_owned(), 0);
            let path = path(arguments[0], arguments[1]);
            disk.open(&path, arguments[2].contains("O_CREAT"), arguments[2].contains("O_TRUNC"));
        }
        "lseek" => {
            let (fd, _) = descriptor(arguments[0]).expect("a descriptor");
            offsets.insert(fd.to_owned(), number(result));
        }
        "write" | "pwrite64" => {
            let Some((fd, file)) = descriptor(arguments[0]) else { return };
            let length = number(result);
            let at = match arguments.get(3) {
                Some(at) => number(at),
                None => {
                    offsets.insert(fd.to_owned(), offsets.get(fd).map_or(0, |at| at + length)).unwrap_or(0)
                }
            };
            let mut bytes = unescaped(arguments[1]);
            bytes.truncate(length as usize);
            disk.change(&file, |inode| Op::Write { inode, at: at as usize, bytes });
        }
        "ftruncate" => {
            let (_, file) = descriptor(arguments[0]).expect("a descriptor");
            let length = number(arguments[1]) as usize;
            disk.change(&file, |inode| Op::Resize { inode, length });
        }
        "fsync" | "fdatasync" => {
            let (_, file) = descriptor(arguments[0]).expect("a descriptor");
            disk.change(&file, |inode| Op::Sync { inode });
        }
        "mkdir" => disk.make_folder(&path(&here, arguments[0])),
        "rename" => disk.rename(&path(&here, arguments[0]), &path(&here, arguments[1])),
        "renameat" | "renameat2" => {
            disk.rename(&path(arguments[0], arguments[1]), &path(arguments[2], arguments[3]));
        }
        "unlink" => disk.remove(&path(&here, arguments[0])),
        "unlinkat" => disk.remove(&path(arguments[0], arguments[1])),
        _ => assert!(
            !arguments.iter().filter_map(|text| descriptor(text)).any(|(_, path)| disk.has(&path)),
            "{name} is unknown here, and what it does is lost: {:.300}",
            String::from_utf8_lossy(&unescaped(call))
        ),
    }
}

/// The absolute path of a file of the workspace.
pub fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap().to_str().unwrap().to_owned()
}
