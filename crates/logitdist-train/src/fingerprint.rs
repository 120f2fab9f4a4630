//! Names for specs, by which a trained network can be found again.

use serde::Serialize;

/// Increased when the same spec gives other weights, so that older networks are not reused.
const VERSION: u32 = 1;

/// 32 hexadecimal digits of a hash of the spec's JSON, whose keys are in the order of its fields.
pub(crate) fn fingerprint(kind: &str, spec: &impl Serialize) -> String {
    let json = serde_json::to_string(spec).expect("a spec of numbers, words and lists is JSON");
    let hash = blake3::hash(format!("logitdist-train {VERSION} {kind} {json}").as_bytes());
    hash.to_hex()[..32].to_owned()
}
