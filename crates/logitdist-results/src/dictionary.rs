//! Small numbers in place of a column's texts.

use std::collections::HashMap;

/// The distinct texts of a column, numbered as they come. Looking one up costs a comparison where lines repeat each other.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    numbers: HashMap<Vec<u8>, usize>,
    entries: Vec<Entry>,
    last: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    text: Vec<u8>,
    /// Where it was seen first.
    place: u64,
    /// The entry that followed it when it was seen last.
    next: usize,
}

impl Dictionary {
    /// The number of a text that stands at `place`. Places must not decrease.
    pub fn number(&mut self, text: &[u8], place: u64) -> usize {
        let guesses = self.entries.get(self.last).map(|entry| [self.last, entry.next]);
        let guessed = guesses.into_iter().flatten().find(|&guess| self.entries[guess].text == text);
        let number = guessed.unwrap_or_else(|| self.look_up(text, place));
        if let Some(last) = self.entries.get_mut(self.last)
            && number != self.last
        {
            last.next = number;
        }
        self.last = number;
        number
    }

    fn look_up(&mut self, text: &[u8], place: u64) -> usize {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.entries.len();
        self.numbers.insert(text.to_vec(), number);
        self.entries.push(Entry { text: text.to_vec(), place, next: number });
        number
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The number of a text that is there.
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        self.numbers.get(text).copied()
    }

    /// The text of a number, as it stands in the file.
    pub fn bytes(&self, number: usize) -> &[u8] {
        &self.entries[number].text
    }

    /// The text of a number. Bytes that are not UTF-8 are replaced.
    pub fn text(&self, number: usize) -> String {
        String::from_utf8_lossy(&self.entries[number].text).into_owned()
    }

    /// Takes in the texts of another and returns their numbers here.
    pub fn merge(&mut self, other: &Dictionary) -> Vec<usize> {
        let merged = other.entries.iter().map(|entry| {
            let number = self.look_up(&entry.text, entry.place);
            self.entries[number].place = self.entries[number].place.min(entry.place);
            number
        });
        merged.collect()
    }

    /// All numbers in the order in which their texts first stand in the file.
    pub fn in_order(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..self.entries.len()).collect();
        numbers.sort_by_key(|&number| (self.entries[number].place, number));
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_numbers_and_merge_in_the_order_of_the_file() {
        let texts = ["b", "a", "b", "c", "b", "a", "", "c"];
        let mut whole = Dictionary::default();
        let numbers: Vec<usize> =
            texts.iter().zip(0..).map(|(t, place)| whole.number(t.as_bytes(), place)).collect();
        assert_eq!(numbers, [0, 1, 0, 2, 0, 1, 3, 2]);
        let (mut even, mut odd) = (Dictionary::default(), Dictionary::default());
        for (text, place) in texts.iter().zip(0..) {
            if place % 2 == 0 { &mut even } else { &mut odd }.number(text.as_bytes(), place);
        }
        let numbers = odd.merge(&even);
        assert_eq!(numbers.iter().map(|&n| odd.text(n)).collect::<Vec<_>>(), ["b", ""]);
        let in_order: Vec<String> = odd.in_order().into_iter().map(|n| odd.text(n)).collect();
        assert_eq!(in_order, ["b", "a", "c", ""]);
        assert_eq!(odd.len(), 4);
    }
}
