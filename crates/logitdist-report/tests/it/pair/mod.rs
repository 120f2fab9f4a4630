//! The report of a pair: the numbers behind its pictures, its page, and bad input.

mod input;
mod page;
mod pictures;

use logitdist_report::pair::PairReport;
use logitdist_results::ResultsError;
use logitdist_results::pair::PairResults;
use std::path::Path;
use tempfile::TempDir;

const COMPARISON: &str = "section,token,side,value,reason\n\
    run,model_a,,runs/first <1>.npz,\n\
    run,model_b,,\"runs/second, final.npz\",\n\
    run,seed,,7,\n\
    run,version,,0.1.0,\n\
    run,command,,\"logitdist compare 'runs/first <1>.npz' 'runs/second, final.npz' --seed 7\",\n\
    measure,n_inputs,,4.0,\n\
    measure,n_labels,,3.0,\n\
    measure,n_inputs_probability,,3.0,\n\
    measure,dim_a,,2.0,\n\
    measure,dim_b,,5.0,\n\
    measure,d_logit,,1.25,\n\
    measure,kl_ab,,0.25,\n\
    measure,kl_ab_se,,0.125,\n\
    measure,kl_ba,,0.5,\n\
    measure,tau,,,\n\
    measure,m_cca,,0.75,\n\
    measure,d_rep_ab,,,3 labels; at least 6 are needed\n\
    measure,rho,1,0.9,\n\
    measure,rho_unembeddings,,,constant\n\
    decile,inputs,1,3.0,\n\
    decile,confidence_low,1,0.5,\n\
    decile,confidence_high,1,0.875,\n\
    decile,kl_ab,1,0.25,\n\
    decile,kl_ba,1,0.375,\n\
    decile,top1_agreement,1,0.625,\n\
    bounds,d_ls,lhs,1.0,\n\
    bounds,d_ls,rhs,4.0,\n\
    bounds,d_ls,tightness,0.25,\n\
    bounds,d_ls,form,sharpened,\n\
    bounds,d_ls,holds,true,\n\
    bounds,d_ls,status,ok,\n\
    bounds,m_cca_sharp,bound,-1.5,\n\
    bounds,m_cca_sharp,value,0.75,\n\
    bounds,m_cca_sharp,slack,2.25,\n\
    bounds,m_cca_sharp,form,sharpened,\n\
    bounds,m_cca_sharp,holds,true,\n\
    bounds,m_cca_sharp,status,vacuous,the certified correlation is not positive\n\
    bounds_ba,d_ls,form,sharpened,\n\
    bounds_ba,d_ls,holds,,\n\
    bounds_ba,d_ls,status,not_applicable,too few labels\n\
    certificate,m_cca,m_cca_sharp,0.0,\n\
    verdict,,1,Every bound holds.,\n\
    verdict,,2,\"a & b are close, it seems.\",\n\
    note,d_llv,,pivot label 0,\n";
const INPUTS: &str =
    "input,d_logit_x,kl_ab_x,kl_ba_x\n0,1.0,0.0,0.125\n1,0.0,,\n2,2.0,0.5,1.0\n3,1.0,0.25,0.0\n";
const LABELS: &str = "label,other,label_correlation_a,label_correlation_b\n\
    2,2,1.0,1.0\n2,0,-0.5,0.25\n2,1,,0.5\n0,0,1.0,1.0\n0,1,,-0.25\n1,1,,1.0\n";
const SPECTRA: &str =
    "position,rho,rho_unembeddings,rho_logits,spectrum_a,spectrum_b\n1,0.9,,0.9,4.0,3.0\n2,0.5,,0.5,1.0,\n";

const NAMES: &str = "axis,index,name\nlabel,0,cat\nlabel,2,a <dog>\ninput,2,the third document\n";

const FILES: [(&str, &str); 5] = [
    ("comparison.csv", COMPARISON),
    ("inputs.csv", INPUTS),
    ("labels.csv", LABELS),
    ("names.csv", NAMES),
    ("spectra.csv", SPECTRA),
];

/// A folder with these files, each as `change` makes it of its name and content.
fn folder(change: impl Fn(&str, &str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in FILES {
        std::fs::write(folder.path().join(name), change(name, content)).unwrap();
    }
    folder
}

/// The files with a text in one of them replaced.
fn with(file: &str, old: &str, new: &str) -> TempDir {
    folder(|name, content| {
        if name != file {
            return content.to_owned();
        }
        assert!(content.contains(old), "{file} has no {old:?}");
        content.replacen(old, new, 1)
    })
}

fn results(folder: &TempDir) -> PairResults {
    PairResults::read(folder.path()).unwrap()
}

fn unchanged() -> TempDir {
    folder(|_, content| content.to_owned())
}

/// Reads and reports a folder.
fn report_pair(folder: &Path) -> Result<PairReport, ResultsError> {
    logitdist_report::pair::report_pair(&PairResults::read(folder)?, folder, None)
}
