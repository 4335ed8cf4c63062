//! What is made as it is walked, and made again by the next walk.

use std::io;

/// Takes one at a time; its error ends the walk.
pub type Sink<'s, T> = dyn FnMut(T) -> io::Result<()> + 's;

/// A walk over what is not kept.
pub struct Walk<'a, T>(Box<HandOut<'a, T>>);

type HandOut<'a, T> = dyn Fn(&mut Sink<'_, T>) -> io::Result<()> + 'a;

impl<'a, T> Walk<'a, T> {
    /// `walk` hands out all, in order, and passes on the sink's errors.
    pub fn new(walk: impl Fn(&mut Sink<'_, T>) -> io::Result<()> + 'a) -> Self {
        Walk(Box::new(walk))
    }

    /// Makes each from one of a list.
    pub fn over<L: AsRef<[S]> + 'a, S>(list: L, make: impl Fn(&S) -> T + 'a) -> Self {
        Walk::new(move |to| list.as_ref().iter().try_for_each(|item| to(make(item))))
    }

    /// Hands out all; the only error is the sink's.
    pub fn walk(&self, to: &mut Sink<'_, T>) -> io::Result<()> {
        (self.0)(to)
    }

    /// Whether there is none: the first ends the walk.
    pub fn is_empty(&self) -> bool {
        self.walk(&mut |_| Err(io::ErrorKind::Other.into())).is_ok()
    }
}

impl<T> Default for Walk<'_, T> {
    fn default() -> Self {
        Walk::new(|_| Ok(()))
    }
}

impl<T: Clone + 'static> From<Vec<T>> for Walk<'_, T> {
    fn from(all: Vec<T>) -> Self {
        Walk::over(all, T::clone)
    }
}
