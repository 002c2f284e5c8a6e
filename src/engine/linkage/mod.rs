//! Probabilistic linking: which records of one, two or more tables are one thing, when no code says so.
//!
//! Fellegi-Sunter over tables of optional text. It knows nothing of dossiers, persons or countries:
//! comparators of the domain come in through [`comparator::Comparator`]. Modules in the order of the
//! data flow; the same rows in any order, sides swapped or not, on any number of threads, give the
//! same result.

pub mod error;
pub mod table;
pub mod frame;
pub mod settings;
pub mod comparator;
pub mod text;
pub mod date;
pub mod number;
pub mod start;
pub mod levels;
pub mod frequency;
pub mod comparison;
pub mod check;
pub mod keys;
pub mod window;
pub mod block_rule;
pub mod blocking;
pub mod count;
pub mod model;
pub mod model_file;
pub mod rates;
pub mod train;
pub mod score;
pub mod explain;
pub mod marginal;
pub mod matching;
pub mod assign;
pub mod rivals;
pub mod verdict;
pub mod cluster;
pub mod decide;
pub mod cost;
pub mod evidence;
pub mod values;
pub mod drift;
pub mod several;

#[cfg(test)]
mod tests;
