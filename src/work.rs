//! Counting work, so that tests can hold how it grows: steps of loops that hostile input could make long, not seconds.
//!
//! Outside tests it counts nothing and costs nothing.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts so many steps of the work that this thread does.
#[inline]
pub(crate) fn step(steps: usize) {
    #[cfg(test)]
    STEPS.with(|counted| counted.set(counted.get().saturating_add(steps)));
    #[cfg(not(test))]
    let _ = steps;
}

/// How many steps a piece of work takes.
#[cfg(test)]
pub(crate) fn of(work: impl FnOnce()) -> usize {
    let before = STEPS.with(|counted| counted.replace(0));
    work();
    STEPS.with(|counted| counted.replace(before))
}

/// Holds that the work on an input grows as the input does: with twice the input hardly more than twice the steps.
/// `work` does it on an input of the given size.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_linear(size: usize, work: impl Fn(usize)) {
    let (once, twice) = (of(|| work(size)), of(|| work(2 * size)));
    assert!(once >= size, "{once} steps for {size} pieces: the work is not counted");
    assert!(2 * twice < 5 * once, "{once} steps for {size} pieces, but {twice} for twice as many");
}

#[cfg(test)]
mod tests {
    use super::{assert_linear, of, step};

    fn pairs(of: usize) {
        (0..of).for_each(step);
    }

    #[test]
    fn steps_are_counted_by_piece_of_work() {
        assert_eq!(of(|| step(of(|| step(3)) + 2)), 5);
        assert_linear(100, |size| (0..size).for_each(|_| step(7)));
    }

    #[test]
    #[should_panic(expected = "4950 steps for 100 pieces, but 19900 for twice as many")]
    fn work_that_grows_faster_is_found() {
        assert_linear(100, pairs);
    }

    #[test]
    #[should_panic(expected = "the work is not counted")]
    fn work_that_is_not_counted_is_found() {
        assert_linear(100, |_| ());
    }
}
