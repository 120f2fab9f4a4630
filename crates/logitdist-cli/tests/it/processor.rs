//! On processors older than those of the build.

use logitdist_testing::run;
use std::io::Write;
use std::process::Command;

/// What a processor does with a command line; `None`, said past the harness, without Debian's qemu-user.
fn on(processor: &str, arguments: &[&str]) -> Option<logitdist_testing::Run> {
    const EMULATOR: &str = "qemu-x86_64";
    if Command::new(EMULATOR).arg("--version").output().is_err() {
        std::io::stderr()
            .write_all(b"SKIPPED: older processors: qemu-x86_64 is missing (apt-get install qemu-user)\n")
            .unwrap();
        return None;
    }
    let program = env!("CARGO_BIN_EXE_logitdist");
    Some(run(Command::new(EMULATOR).args(["-cpu", processor, program]).args(arguments)))
}

#[test]
fn an_older_processor_gets_one_line_that_says_how_to_build_for_it() {
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    // Of 2006, 2008 and 2011; the last has AVX.
    for processor in ["core2duo", "Nehalem", "SandyBridge,-x2apic,-tsc-deadline"] {
        for arguments in [&["--version"][..], &["--help"], &["explain", "kl"], &["no such command"], &[]] {
            let Some(ran) = on(processor, arguments) else { return };
            if cfg!(target_feature = "avx2") {
                let ran = ran.refused(&["avx2", "bmi2", "fma", "target-cpu=native"]);
                assert_eq!((ran.stderr.lines().count(), ran.stdout.as_str()), (1, ""), "{arguments:?}");
            } else if arguments == ["--version"] {
                // A build for every processor runs there.
                ran.ok();
            }
        }
    }
}
