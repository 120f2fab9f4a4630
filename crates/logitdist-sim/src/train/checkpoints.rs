//! The epochs after which a second network is needed. Cells that train the same network share one training.

use super::settings::TrainSettings;
use crate::config::Config;
use crate::grid::{Cell, Recipe};
use logitdist_train::{Duration, Recipe as NetworkRecipe, TrainError};

/// The epochs at which any block needs the second network of this cell.
///
/// # Errors
/// A file of the data cannot be read.
pub fn of_cell(config: &Config, cell: &Cell<'_>, settings: &TrainSettings) -> Result<Vec<usize>, TrainError> {
    let Some(own) = but_for_epochs(config, settings, cell.replicate)? else { return Ok(vec![]) };
    if own.training.patience.is_some() {
        // With patience the last epoch decides which weights are kept. Another end is another training.
        return Ok(vec![settings.epochs()]);
    }
    let mut epochs = Vec::new();
    for block in config.grid.trained() {
        let Ok(Recipe::Trained(alike)) = block.recipe(&block.values_like(&cell.values)) else { continue };
        if but_for_epochs(config, &alike, cell.replicate)?.as_ref() == Some(&own) {
            let several = block.whole_values("epoch");
            epochs.extend(if several.is_empty() { vec![alike.epochs()] } else { several });
        }
    }
    epochs.sort_unstable();
    epochs.dedup();
    Ok(epochs)
}

/// The recipe of a second network without its duration.
fn but_for_epochs(
    config: &Config,
    settings: &TrainSettings,
    replicate: usize,
) -> Result<Option<NetworkRecipe>, TrainError> {
    let data = config.data.fingerprint(&settings.data_spec(config.seed, replicate))?;
    let recipe = settings.second(config.seed, replicate, &data);
    Ok(recipe.map(|mut recipe| {
        recipe.training.duration = Duration::Epochs(0);
        recipe
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;
    use std::path::Path;

    /// The epochs for the first cell of each block.
    fn epochs(blocks: &str) -> Vec<Vec<usize>> {
        let text = format!("question = \"q\"\nexpected = \"e\"\n{blocks}");
        let config = Config::of(&Document::parse(Path::new("c.toml"), &text, &[]).unwrap()).unwrap();
        let firsts = config.grid.blocks.iter().map(|block| {
            let cell = (0..config.grid.len()).map(|i| config.grid.cell(i)).find(|cell| cell.block == block);
            let cell = cell.unwrap();
            let Ok(Recipe::Trained(settings)) = block.recipe(&cell.values) else { panic!("{blocks}") };
            of_cell(&config, &cell, &settings).unwrap()
        });
        firsts.collect()
    }

    #[test]
    fn blocks_with_the_same_network_have_it_trained_for_all() {
        let first = "[train.a]\npoints = 16\nwidth = [9, 8]\nepoch = [7, 3]\n";
        let with = |second: &str| epochs(&format!("{first}[train.b]\n{second}\n"));
        let shared = vec![vec![3, 5, 7]; 2];
        assert_eq!(with("points = 16\nwidth = 9\nepoch = 5"), shared);
        assert_eq!(
            with("points = 16\nwidth = 9\nepoch = 5\nprune = 0.5\npart = \"train\"\nlayers = 3"),
            shared
        );
        assert_eq!(with("points = 16\nwidth = 9"), [vec![3, 7, 100], vec![3, 7, 100]], "the default counts");
        for other in ["width = 10", "width = 9\nregion = \"interpolation\"", "width = 9\nloss = \"l2\""] {
            assert_eq!(with(&format!("points = 16\n{other}\nepoch = 5")), [vec![3, 7], vec![5]], "{other}");
        }
        assert_eq!(with("points = 16\nwidth = 9\nloss = \"copy\""), [vec![3, 7], vec![]]);
        let patient = "[train.c]\npoints = 16\npatience = 2\nepoch = 9\n[train.d]\npoints = 16\npatience = 2\nepoch = 8\n";
        assert_eq!(epochs(patient), [[9], [8]]);
    }
}
