//! What the C library does with memory that was given back.

/// Tells glibc to keep freed memory for the matrices to come; elsewhere it does nothing. For `main`, before any threads.
///
/// Matrices of a few hundred kilobytes come and go by the thousand. By default glibc returns them to the system at once and asks for them
/// again, and every page of them is a fault: a sixth of the time of a small cell.
pub fn keep_freed_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the C library has no safe way to say it")]
    // SAFETY: `mallopt` takes two integers; it may be called at any time.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_AT_MOST);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 2 * KEPT_AT_MOST);
    }
}

/// Bytes from which on a matrix is worth the faults, and half of what a heap may keep.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_AT_MOST: libc::c_int = 8 << 20;
