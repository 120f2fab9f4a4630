//! How matrices and shared parts of a summary are serialised, in whatever format.

/// A matrix: its rows, its columns, and its entries column by column.
pub(crate) mod matrix {
    use logitdist_linalg::{Mat, MatRef};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(matrix: &Mat<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        let entries: Vec<f64> = matrix.col_iter().flat_map(|col| col.iter().copied()).collect();
        (matrix.nrows(), matrix.ncols(), entries).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Mat<f64>, D::Error> {
        let (rows, cols, entries) = <(usize, usize, Vec<f64>)>::deserialize(deserializer)?;
        if rows.checked_mul(cols) != Some(entries.len()) {
            let found = entries.len();
            return Err(D::Error::custom(format!("a matrix of {rows}×{cols} has {found} entries")));
        }
        Ok(MatRef::from_column_major_slice(&entries, rows, cols).to_owned())
    }
}

/// What several summaries share: written once for each.
pub(crate) mod shared {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub(crate) fn serialize<T: Serialize, S: Serializer>(
        shared: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        T::serialize(shared, serializer)
    }

    pub(crate) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}
