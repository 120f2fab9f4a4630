//! What is measured: operations, sizes, and how much arithmetic they are.

use clap::ValueEnum;

/// What a backend is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    RFactor,
    ThinQr,
    SingularValues,
    Svd,
    SymmetricEigen,
    Solve,
    SolveTriangular,
    Matmul,
}

impl Operation {
    pub const ALL: [Operation; 8] = [
        Operation::RFactor,
        Operation::ThinQr,
        Operation::SingularValues,
        Operation::Svd,
        Operation::SymmetricEigen,
        Operation::Solve,
        Operation::SolveTriangular,
        Operation::Matmul,
    ];

    /// What it is called in pictures.
    pub fn words(self) -> &'static str {
        match self {
            Operation::RFactor => "R factor",
            Operation::ThinQr => "thin QR",
            Operation::SingularValues => "singular values",
            Operation::Svd => "singular vectors",
            Operation::SymmetricEigen => "eigenvectors",
            Operation::Solve => "linear systems",
            Operation::SolveTriangular => "triangular systems",
            Operation::Matmul => "matrix product",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Operation::RFactor => "r_factor",
            Operation::ThinQr => "thin_qr",
            Operation::SingularValues => "singular_values",
            Operation::Svd => "svd",
            Operation::SymmetricEigen => "symmetric_eigen",
            Operation::Solve => "solve",
            Operation::SolveTriangular => "solve_triangular",
            Operation::Matmul => "matmul",
        }
    }
}

/// One line of the table, but for the backend and its threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    pub operation: Operation,
    pub rows: usize,
    /// As many as rows but for QR.
    pub cols: usize,
    /// How many such problems are one measurement: many for [`Operation::Solve`], otherwise 1.
    pub batch: usize,
}

impl Entry {
    /// As a table has it.
    pub fn size(&self) -> String {
        match self.batch {
            1 => format!("{}×{}", self.rows, self.cols),
            batch => format!("{batch} of {}×{}", self.rows, self.cols),
        }
    }

    /// Floating-point operations by the usual counts, whatever a library really does.
    ///
    /// For m×n: R 2mn² − 2n³/3, thin QR twice that; for n×n: singular values 8n³/3, with vectors 22n³, symmetric eigenvalues with vectors 9n³, LU
    /// and one right-hand side 2n³/3 + 2n² (the estimate of the condition is not counted), n right-hand sides of a triangle n³, product 2n³. Source: Golub
    /// and Van Loan, Matrix Computations, §5.2, §8.3, §8.6, §3.2.
    pub fn flops(&self) -> f64 {
        let (m, n) = (self.rows as f64, self.cols as f64);
        let one = match self.operation {
            Operation::RFactor => 2.0 * m * n * n - 2.0 / 3.0 * n.powi(3),
            Operation::ThinQr => 4.0 * m * n * n - 4.0 / 3.0 * n.powi(3),
            Operation::SingularValues => 8.0 / 3.0 * n.powi(3),
            Operation::Svd => 22.0 * n.powi(3),
            Operation::SymmetricEigen => 9.0 * n.powi(3),
            Operation::Solve => 2.0 / 3.0 * n.powi(3) + 2.0 * n * n,
            Operation::SolveTriangular => n.powi(3),
            Operation::Matmul => 2.0 * n.powi(3),
        };
        one * self.batch as f64
    }
}

/// All entries, each operation's by size.
pub fn plan(quick: bool) -> Vec<Entry> {
    let (rows, most, factor) = if quick { (4_000, 64, 10) } else { (20_000, 1024, 1) };
    let mut entries = Vec::new();
    let mut add = |operation, rows, cols, batch| entries.push(Entry { operation, rows, cols, batch });
    let widths = || [16, 32, 64, 128, 256, 512, 1024].into_iter().filter(move |&n| n <= most);
    for operation in [Operation::RFactor, Operation::ThinQr] {
        widths().for_each(|n| add(operation, rows, n, 1));
    }
    for operation in [Operation::SingularValues, Operation::Svd, Operation::SymmetricEigen] {
        widths().for_each(|n| add(operation, n, n, 1));
    }
    for (n, batch) in [(16, 10_000), (32, 10_000), (64, 10_000), (128, 2_000)] {
        add(Operation::Solve, n, n, batch / factor);
    }
    for n in [64, 256, 1024] {
        if !quick || n < 1024 {
            add(Operation::SolveTriangular, n, n, 1);
        }
    }
    for n in if quick { vec![128, 512, 1000] } else { vec![128, 256, 512, 1024, 2000] } {
        add(Operation::Matmul, n, n, 1);
    }
    entries
}

/// Which library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Library {
    /// This project's own R factor, in blocks on several threads.
    Logitdist,
    Faer,
    Nalgebra,
    Openblas,
    Mkl,
    Reference,
}

impl Library {
    pub const ALL: [Library; 6] = [
        Library::Logitdist,
        Library::Faer,
        Library::Nalgebra,
        Library::Openblas,
        Library::Mkl,
        Library::Reference,
    ];

    /// What it is called in pictures.
    pub fn words(self) -> &'static str {
        match self {
            Library::Openblas => "OpenBLAS",
            Library::Mkl => "MKL",
            Library::Reference => "plain loops",
            own => own.name(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Library::Logitdist => "logitdist",
            Library::Faer => "faer",
            Library::Nalgebra => "nalgebra",
            Library::Openblas => "openblas",
            Library::Mkl => "mkl",
            Library::Reference => "reference",
        }
    }

    /// What it does not have of all that is measured, in words; see [`has`](Library::has).
    pub fn lacks(self) -> Option<&'static str> {
        match self {
            Library::Logitdist => Some("has the R factor alone"),
            Library::Nalgebra => Some("computes on one thread, unless there are many systems to give out"),
            Library::Reference => Some("compute on one thread, unless there are many systems to give out"),
            Library::Faer | Library::Openblas | Library::Mkl => None,
        }
    }

    /// Whether there is anything to measure. Those that compute on one thread have only batches to give to several.
    pub fn has(self, entry: &Entry, threads: usize) -> bool {
        match self {
            Library::Logitdist => entry.operation == Operation::RFactor,
            Library::Faer | Library::Openblas | Library::Mkl => true,
            Library::Nalgebra | Library::Reference => threads == 1 || entry.batch > 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sizes_of_this_workload_are_there() {
        let all = plan(false);
        let has = |operation, rows, cols, batch| all.contains(&Entry { operation, rows, cols, batch });
        assert!(has(Operation::RFactor, 20_000, 1024, 1) && has(Operation::Svd, 1024, 1024, 1));
        assert!(has(Operation::Solve, 64, 64, 10_000) && has(Operation::Matmul, 2000, 2000, 1));
        for operation in Operation::ALL {
            let flops = |quick| -> f64 {
                plan(quick).iter().filter(|e| e.operation == operation).map(Entry::flops).sum()
            };
            assert!(0.0 < flops(true) && flops(true) < flops(false), "{}", operation.name());
        }
        let gemm = Entry { operation: Operation::Matmul, rows: 2000, cols: 2000, batch: 1 };
        assert_eq!(gemm.flops(), 1.6e10);
    }
}
