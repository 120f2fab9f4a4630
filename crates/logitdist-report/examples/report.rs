fn main() {
    let t = std::time::Instant::now();
    let r = logitdist_report::report(std::path::Path::new(&std::env::args().nth(1).unwrap()));
    match r {
        Ok(r) => {
            for s in &r.sentences {
                println!("- {s}");
            }
            println!("{} files {:?}", r.files.len(), t.elapsed());
        }
        Err(e) => println!("{e}"),
    }
}
