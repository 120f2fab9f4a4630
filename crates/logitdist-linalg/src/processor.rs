//! Whether this processor has what the program was compiled for.

/// Ends the program with one line and exit code 2 where an instruction of the build is unknown to the processor, instead of
/// by SIGILL somewhere later. For `main`, before anything else.
///
/// The standard library's detection will not do: what the compiler was told that there is, it takes for granted. And nothing here may need
/// such an instruction itself, so there are no vectors, no formatting and no matrices, and the output is the standard library's, which
/// comes compiled for every processor.
#[inline(never)]
pub fn refuse_older_processor() {
    #[cfg(target_arch = "x86_64")]
    x86_64::refuse_older_processor();
}

#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "the processor is asked by its own instructions")]
mod x86_64 {
    use std::arch::asm;
    use std::arch::x86_64::{__cpuid_count, CpuidResult};
    use std::hint::black_box;
    use std::io::{Write, stderr};

    /// Registers of the instruction `cpuid`.
    #[derive(Clone, Copy)]
    enum Register {
        Ebx,
        Ecx,
    }

    /// An extension of the instruction set.
    struct Extension {
        name: &'static str,
        /// Whether the compiler was told to use it.
        compiled_in: bool,
        /// Where `cpuid` tells of it.
        leaf: u32,
        register: Register,
        mask: u32,
        /// The registers that the system must save for it, as bits of XCR0.
        saved: u32,
    }

    const NONE: u32 = 0;
    const YMM: u32 = 0b110;
    const ZMM: u32 = 0b1110_0110;

    macro_rules! extensions {
        ($($name:tt: $leaf:literal $register:ident $bit:literal, $saved:ident;)*) => {
            &[$(Extension {
                name: $name,
                compiled_in: cfg!(target_feature = $name),
                leaf: $leaf,
                register: Register::$register,
                mask: 1 << $bit,
                saved: $saved,
            }),*]
        };
    }

    /// Those of x86-64-v2, v3 and v4.
    static EXTENSIONS: &[Extension] = extensions! {
        "sse3": 1 Ecx 0, NONE;
        "ssse3": 1 Ecx 9, NONE;
        "fma": 1 Ecx 12, YMM;
        "cmpxchg16b": 1 Ecx 13, NONE;
        "sse4.1": 1 Ecx 19, NONE;
        "sse4.2": 1 Ecx 20, NONE;
        "movbe": 1 Ecx 22, NONE;
        "popcnt": 1 Ecx 23, NONE;
        "avx": 1 Ecx 28, YMM;
        "f16c": 1 Ecx 29, YMM;
        "bmi1": 7 Ebx 3, NONE;
        "avx2": 7 Ebx 5, YMM;
        "bmi2": 7 Ebx 8, NONE;
        "avx512f": 7 Ebx 16, ZMM;
        "avx512dq": 7 Ebx 17, ZMM;
        "avx512cd": 7 Ebx 28, ZMM;
        "avx512bw": 7 Ebx 30, ZMM;
        "avx512vl": 7 Ebx 31, ZMM;
        "lzcnt": 0x8000_0001 Ecx 5, NONE;
    };

    fn cpuid(leaf: u32) -> CpuidResult {
        let highest = __cpuid_count(leaf & 0x8000_0000, 0).eax;
        if leaf > highest { CpuidResult { eax: 0, ebx: 0, ecx: 0, edx: 0 } } else { __cpuid_count(leaf, 0) }
    }

    /// Which registers the system saves; none if the processor cannot say.
    fn saved() -> u32 {
        const OSXSAVE: u32 = 1 << 27;
        if !has(cpuid(1).ecx, OSXSAVE) {
            return 0;
        }
        let low: u32;
        // SAFETY: OSXSAVE says that the instruction is there; it reads a register.
        unsafe {
            asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") _, options(nomem, nostack, preserves_flags));
        }
        low
    }

    /// Whether all bits of a mask are set. The box keeps the compiler from `andn`, which is itself of an extension.
    fn has(bits: u32, mask: u32) -> bool {
        black_box(bits & mask) == mask
    }

    impl Extension {
        fn is_here(&self) -> bool {
            let result = cpuid(self.leaf);
            let register = match self.register {
                Register::Ebx => result.ebx,
                Register::Ecx => result.ecx,
            };
            has(register, self.mask) && (self.saved == NONE || has(saved(), self.saved))
        }
    }

    #[inline(never)]
    pub fn refuse_older_processor() {
        let mut any = false;
        for extension in EXTENSIONS {
            if extension.compiled_in && !extension.is_here() {
                say(if any { " " } else { "error: this processor lacks what the program was built for (" });
                say(extension.name);
                any = true;
            }
        }
        if any {
            say("); build it on this machine, in the repository: \
                 RUSTFLAGS=\"-C target-cpu=native\" cargo install --path crates/logitdist-cli\n");
            std::process::exit(2);
        }
    }

    /// An error that cannot be written is not worth another.
    fn say(words: &str) {
        let _ = stderr().write_all(words.as_bytes());
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        /// The standard library's answer, where the compiler does not give it.
        #[test]
        fn the_processor_says_the_same_as_the_system() {
            let Ok(info) = std::fs::read_to_string("/proc/cpuinfo") else { return };
            let flags = info.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
            let flags: Vec<&str> = flags.split_whitespace().collect();
            for extension in EXTENSIONS {
                let name = match extension.name {
                    "sse3" => "pni",
                    "lzcnt" => "abm",
                    "cmpxchg16b" => "cx16",
                    name => &name.replace('.', "_"),
                };
                assert_eq!(extension.is_here(), flags.contains(&name), "{name}");
            }
            refuse_older_processor();
        }
    }
}
