//! A disk after a crash: what was synced is there; of everything else, anything may be.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A file or folder, whatever its names.
pub type Inode = usize;

/// A change, or a wait until changes are on the disk.
#[derive(Debug, Clone)]
pub enum Op {
    /// Bytes of a file.
    Write { inode: Inode, at: usize, bytes: Vec<u8> },
    /// The length of a file.
    Resize { inode: Inode, length: usize },
    /// A new entry of a folder.
    Make { folder: Inode, name: OsString, inode: Inode },
    /// An entry gets another name and replaces what had it; both at once.
    Rename { from: (Inode, OsString), to: (Inode, OsString), inode: Inode },
    /// An entry is taken away.
    Remove { folder: Inode, name: OsString },
    /// All earlier changes of this file, or of the entries of this folder, are on the disk.
    Sync { inode: Inode },
}

#[derive(Debug, Clone)]
enum Node {
    File(Vec<u8>),
    Folder(BTreeMap<OsString, Inode>),
}

/// A folder as it was first, and all that happened to it.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
    /// What was on the disk before.
    first: Vec<Node>,
    /// What a process sees now.
    now: Vec<Node>,
    /// What happened, in its order.
    pub ops: Vec<Op>,
}

/// What survives of the changes that were not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survival {
    /// Nothing.
    None,
    /// Each change or not, at random; and some writes in part, or as zeros.
    Some,
}

impl Disk {
    /// The content of a folder, all of it on the disk.
    pub fn of(root: &Path) -> Disk {
        let mut nodes = Vec::new();
        add(root, &mut nodes);
        Disk { root: root.to_path_buf(), first: nodes.clone(), now: nodes, ops: Vec::new() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a path is below the root.
    pub fn has(&self, path: &Path) -> bool {
        path.starts_with(&self.root)
    }

    /// The file or folder of a path below the root.
    fn find(&self, path: &Path) -> Option<Inode> {
        path.strip_prefix(&self.root).ok()?.iter().try_fold(0, |inode, name| match &self.now[inode] {
            Node::Folder(entries) => entries.get(name).copied(),
            Node::File(_) => None,
        })
    }

    /// The folder of a path below the root, and the name in it.
    fn entry(&self, path: &Path) -> Option<(Inode, OsString)> {
        let name = path.file_name()?.to_owned();
        Some((self.find(path.parent()?)?, name)).filter(|_| self.has(path))
    }

    fn happen(&mut self, op: Op) {
        apply(&mut self.now, &op);
        self.ops.push(op);
    }

    fn make(&mut self, path: &Path, node: Node) {
        let Some((folder, name)) = self.entry(path) else { return };
        let inode = self.now.len();
        self.now.push(node.clone());
        self.first.push(node);
        self.happen(Op::Make { folder, name, inode });
    }

    pub fn open(&mut self, path: &Path, create: bool, truncate: bool) {
        match self.find(path) {
            Some(inode) if truncate => self.happen(Op::Resize { inode, length: 0 }),
            None if create => self.make(path, Node::File(Vec::new())),
            _ => {}
        }
    }

    pub fn make_folder(&mut self, path: &Path) {
        self.make(path, Node::Folder(BTreeMap::new()));
    }

    pub fn rename(&mut self, from: &Path, to: &Path) {
        if let (Some(inode), Some(from), Some(to)) = (self.find(from), self.entry(from), self.entry(to)) {
            self.happen(Op::Rename { from, to, inode });
        }
    }

    pub fn remove(&mut self, path: &Path) {
        if let Some((folder, name)) = self.entry(path) {
            self.happen(Op::Remove { folder, name });
        }
    }

    /// Something that happens to a file, if it is below the root.
    pub fn change(&mut self, path: &Path, op: impl FnOnce(Inode) -> Op) {
        if let Some(inode) = self.find(path) {
            self.happen(op(inode));
        }
    }

    /// Writes the files that are there after a crash just before the change number `cut` into a new folder.
    pub fn crash(&self, cut: usize, survival: Survival, rng: &mut ChaCha8Rng, into: &Path) {
        let ops = &self.ops[..cut];
        let mut synced = HashSet::new();
        let mut survivors = Vec::new();
        for op in ops.iter().rev() {
            let durable = match op {
                Op::Sync { inode } => {
                    synced.insert(*inode);
                    continue;
                }
                Op::Write { inode, .. } | Op::Resize { inode, .. } => synced.contains(inode),
                Op::Make { folder, .. } | Op::Remove { folder, .. } => synced.contains(folder),
                Op::Rename { from, to, .. } => synced.contains(&from.0) && synced.contains(&to.0),
            };
            if durable {
                survivors.push(op.clone());
            } else if survival == Survival::Some && rng.next_u32().is_multiple_of(2) {
                survivors.push(damaged(op.clone(), rng));
            }
        }
        let mut nodes = self.first.clone();
        survivors.iter().rev().for_each(|op| apply(&mut nodes, op));
        write(&nodes, 0, into);
    }

    /// The files as a process sees them now, but for those of which `ignored` says so.
    pub fn files(&self, ignored: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.now, 0, "", &mut files);
        files.retain(|name, _| !ignored(name));
        files
    }
}

fn collect(nodes: &[Node], inode: Inode, name: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    match &nodes[inode] {
        Node::File(bytes) => drop(files.insert(name.to_owned(), bytes.clone())),
        Node::Folder(entries) => {
            for (entry, inode) in entries {
                collect(nodes, *inode, &format!("{name}/{}", entry.to_string_lossy()), files);
            }
        }
    }
}

fn add(path: &Path, nodes: &mut Vec<Node>) -> Inode {
    let inode = nodes.len();
    if path.is_file() {
        nodes.push(Node::File(std::fs::read(path).unwrap()));
        return inode;
    }
    nodes.push(Node::Folder(BTreeMap::new()));
    let mut entries = BTreeMap::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        entries.insert(entry.file_name(), add(&entry.path(), nodes));
    }
    nodes[inode] = Node::Folder(entries);
    inode
}

fn apply(nodes: &mut [Node], op: &Op) {
    match op {
        Op::Write { inode, at, bytes } => {
            let file = bytes_of(&mut nodes[*inode]);
            file.resize(file.len().max(at + bytes.len()), 0);
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        Op::Resize { inode, length } => bytes_of(&mut nodes[*inode]).resize(*length, 0),
        Op::Make { folder, name, inode } => {
            entries_of(&mut nodes[*folder]).insert(name.clone(), *inode);
        }
        Op::Rename { from, to, inode } => {
            // If it was never seen under its first name, it still has its second.
            if entries_of(&mut nodes[from.0]).get(&from.1) == Some(inode) {
                entries_of(&mut nodes[from.0]).remove(&from.1);
            }
            entries_of(&mut nodes[to.0]).insert(to.1.clone(), *inode);
        }
        Op::Remove { folder, name } => {
            entries_of(&mut nodes[*folder]).remove(name);
        }
        Op::Sync { .. } => {}
    }
}

fn bytes_of(node: &mut Node) -> &mut Vec<u8> {
    match node {
        Node::File(bytes) => bytes,
        Node::Folder(_) => panic!("a folder has no bytes"),
    }
}

fn entries_of(node: &mut Node) -> &mut BTreeMap<OsString, Inode> {
    match node {
        Node::Folder(entries) => entries,
        Node::File(_) => panic!("a file has no entries"),
    }
}

/// What may become of a write that was not synced: all of it, its beginning, or zeros.
fn damaged(op: Op, rng: &mut ChaCha8Rng) -> Op {
    let Op::Write { inode, at, mut bytes } = op else { return op };
    let kept = rng.next_u32() as usize % (bytes.len() + 1);
    match rng.next_u32() % 3 {
        0 => {}
        1 => bytes.truncate(kept),
        _ => bytes[kept..].fill(0),
    }
    Op::Write { inode, at, bytes }
}

fn write(nodes: &[Node], inode: Inode, path: &Path) {
    match &nodes[inode] {
        Node::File(bytes) => std::fs::write(path, bytes).unwrap(),
        Node::Folder(entries) => {
            std::fs::create_dir_all(path).unwrap();
            for (name, inode) in entries {
                write(nodes, *inode, &path.join(name));
            }
        }
    }
}
