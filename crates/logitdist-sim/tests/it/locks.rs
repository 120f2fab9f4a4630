//! Two processes on one folder.

use crate::folder::{Folder, SMALL, shard, stand_in, sweep_counted};
use logitdist_sim::{status, sweep_with};

#[test]
fn the_same_share_twice_at_once_names_the_holder_and_other_shares_go_on() {
    let folder = Folder::new();
    let options = shard(&folder.options(SMALL, "out"), 0, 2);
    let tried = std::sync::Once::new();
    sweep_with(&options, &|config, cell| {
        // From inside a run: its journal is held.
        tried.call_once(|| {
            let (second, computed) = sweep_counted(&options);
            let error = second.unwrap_err().to_string();
            let me = format!("process {} on ", std::process::id());
            assert!(
                error.contains("0-of-2.lock") && error.contains(&me) && error.contains("since"),
                "{error}"
            );
            assert_eq!(computed, 0);
            let (other, computed) = sweep_counted(&shard(&options, 1, 2));
            other.unwrap();
            assert_eq!(computed, 12);
            let text = status(&folder.path("out")).unwrap();
            assert!(text.contains(&format!("running: {me}")), "{text}");
        });
        stand_in(config, cell)
    })
    .unwrap();
    assert!(tried.is_completed());
    let (outcome, computed) = sweep_counted(&folder.options(SMALL, "out"));
    assert_eq!((computed, outcome.unwrap().tables.unwrap().counts.cells), (0, 24));
}
