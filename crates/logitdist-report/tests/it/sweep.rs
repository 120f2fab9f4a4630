//! A small sweep made up by formulas, so that what the pictures must show is known.

use std::fmt::Write;
use std::path::Path;

const ROWS: &str = "source,dim,level,gamma,replicate,cell_seed,status,reason,d_logit,kl_ab,m_cca,rho\n";
const BOUNDS: &str = "source,dim,level,gamma,replicate,cell_seed,direction,bound,form,status,lhs,rhs,tightness,slack,holds,reason\n";

/// Rows and bounds of a sweep: noise over dim 2, 4, 8 and four levels, and E6 over three gammas, five replicates each.
///
/// With dimension M, level x and replicate r: d_ls has tightness (1 + r)/(10 M); m_cca_linear certifies 1 − M x and m_cca_sharp
/// 1 − M x/2, where 0.99 is measured.
pub fn tables() -> (String, String) {
    let (mut rows, mut bounds) = (ROWS.to_owned(), BOUNDS.to_owned());
    let mut cell = 0u64;
    for dim in [2, 4, 8] {
        for level in ["0", "0.01", "0.1", "1"] {
            for replicate in 0..5 {
                let x: f64 = level.parse().unwrap();
                let seed = seed(cell);
                cell += 1;
                let start = format!("noise,{dim},{level},,{replicate},{seed}");
                writeln!(rows, "{start},ok,,{x},{},0.99,1 0.98", x * x / 8.0).unwrap();
                for direction in ["ab", "ba"] {
                    let t = f64::from(1 + replicate) / f64::from(10 * dim);
                    writeln!(bounds, "{start},{direction},d_ls,sharpened,ok,{t},1,{t},,true,").unwrap();
                    for (token, form, lost) in
                        [("m_cca_linear", "published", 1.0), ("m_cca_sharp", "sharpened", 0.5)]
                    {
                        let certified = 1.0 - f64::from(dim) * x * lost;
                        let certified = certified.min(0.99);
                        let status = if certified <= 0.0 { "vacuous" } else { "ok" };
                        writeln!(
                            bounds,
                            "{start},{direction},{token},{form},{status},{certified},0.99,,{},true,",
                            0.99 - certified
                        )
                        .unwrap();
                    }
                    writeln!(bounds, "{start},{direction},d_rep,sharpened,not_applicable,,,,,,{dim} labels; at least 9 are needed")
                        .unwrap();
                }
            }
        }
    }
    for (gamma, kl) in [(1, 0.8), (5, 0.4), (20, 3e-5)] {
        for replicate in 0..5 {
            let seed = seed(cell);
            cell += 1;
            writeln!(
                rows,
                "permuted_clusters,,,{gamma},{replicate},{seed},ok,,{},{kl},0.001,0.002 0",
                5 * gamma
            )
            .unwrap();
        }
    }
    writeln!(rows, "noise,8,1,,5,{},not_applicable,\"too few, <b>labels</b>\",,,,", seed(cell)).unwrap();
    (rows, bounds)
}

fn seed(cell: u64) -> String {
    format!("{:016x}", (cell + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Writes the sweep into a folder.
pub fn write(folder: &Path) {
    let (rows, bounds) = tables();
    let config = "question = \"How tight?\"\nexpected = \"Very & <truly>.\"\n[model]\ndim = [2, 4, 8]\n";
    let manifest = r#"{"question": "How tight?", "expected": "Very & <truly>.", "seed": 7, "version": "0.1.0", "threads": 2}"#;
    for (name, text) in [
        ("rows.csv", &rows[..]),
        ("bounds.csv", &bounds),
        ("config.toml", config),
        ("manifest.json", manifest),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}
