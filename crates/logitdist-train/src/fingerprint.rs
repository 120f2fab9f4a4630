//! Names for specs, so that what was trained by one can be found again.

use serde::Serialize;

/// Counted up when a training of the same spec gives other weights, so that no older result is taken for its own.
const VERSION: u32 = 1;

/// 32 hexadecimal digits of a hash of the spec's JSON, whose keys are in the order of its fields.
pub(crate) fn fingerprint(kind: &str, spec: &impl Serialize) -> String {
    let json = serde_json::to_string(spec).expect("a spec of numbers, words and lists is JSON");
    let hash = blake3::hash(format!("logitdist-train {VERSION} {kind} {json}").as_bytes());
    hash.to_hex()[..32].to_owned()
}
