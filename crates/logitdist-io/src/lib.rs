//! Reads models exported as npy, npz or safetensors, whole or in blocks of rows, and writes them as npz. Beside that, what all
//! commands write with: [`WholeFile`], [`FileSet`], [`say`], and texts as they may be shown ([`visible`], [`for_shell`], [`for_spreadsheet`]).
//!
//! A model is an array of embeddings (N inputs × M), one of unembeddings (K labels × M) and perhaps a bias (K).
//! From PyTorch, with `h` the inputs of the last layer `head`:
//!
//! ```python
//! numpy.savez("model.npz", embeddings=h.detach().cpu().float().numpy(),
//!             unembeddings=head.weight.detach().cpu().float().numpy(),
//!             bias=head.bias.detach().cpu().float().numpy())
//! ```
//!
//! and back:
//!
//! ```
//! use logitdist::{Mat, Model};
//! use logitdist_io::{ReadOptions, Source, read_model, write_npz};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let directory = tempfile::tempdir()?;
//! let path = directory.path().join("model.npz");
//! let embeddings = Mat::from_fn(100, 2, |i, j| ((i + 50 * j) as f64).sin());
//! let unembeddings = Mat::from_fn(7, 2, |y, j| ((3 * y + j) as f64).cos());
//! let model = Model::new(embeddings, unembeddings, Some(vec![0.5; 7]))?;
//!
//! write_npz(&path, &model)?;
//! assert_eq!(read_model(&Source::Path(path), &ReadOptions::default())?, model);
//!
//! // Other names and exchanged axes are always stated, never guessed.
//! let _options = ReadOptions {
//!     names: "embeddings=h,unembeddings=lm_head.weight".parse()?,
//!     transpose: logitdist_io::Transpose { unembeddings: true, ..Default::default() },
//!     ..Default::default()
//! };
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

mod archive;
mod array;
mod chosen_rows;
mod claims;
mod element;
mod embeddings;
mod entries;
mod error;
mod file_model;
mod file_set;
mod fingerprints;
mod fold;
mod folder;
mod gguf;
mod gguf_blocks;
mod given;
mod head;
mod listing;
mod logits;
mod names;
mod naming;
mod nearest;
mod npy;
mod npz;
mod opened;
mod piped;
mod read;
mod regular;
mod safetensors;
mod say;
mod shards;
mod shown;
mod summary;
mod top_lists;
mod whole_file;
mod write;

pub use chosen_rows::{check_rows, read_mask, read_rows};
pub use claims::{Claims, Taken};
pub use element::FloatType;
pub use error::{Place, Problem, ReadError, WriteError};
pub use file_model::FileModel;
pub use file_set::FileSet;
pub use fingerprints::RepeatedRows;
pub use fold::Fold;
pub use folder::{make_folder, sync_folder};
pub use given::{GivenArrays, GivenRows};
pub use listing::{is_model_folder, models_in};
pub use logits::{Directions, LogitForm, MOST_LOGITS};
pub use names::{ArrayNames, ParseArrayNamesError};
pub use naming::{Names, shortened};
pub use nearest::did_you_mean;
pub use opened::OpenedModel;
pub use read::{
    INFLATION_LIMIT, ReadOptions, Source, Transpose, array_in_file, open_model, read_array, read_matrix,
    read_model, read_probes, read_text,
};
pub use regular::{LARGEST_CONFIG, open_file, read_config, read_text_file};
pub use say::say;
pub use shown::{RUN_BY_SPREADSHEETS, for_shell, for_spreadsheet, from_spreadsheet, is_hidden, visible};
pub use summary::{SavedSummary, SummaryError, labels_hash, summary_from_bytes, summary_to_bytes};
pub use top_lists::read_top_lists;
pub use whole_file::WholeFile;
pub use write::{Attached, write_npz, write_npz_with};
