//! A list that mostly has one entry, which then needs no allocation of its own: of millions of messages, nearly all are about one route.

use std::ops::{Deref, DerefMut};
use std::{iter, option, slice, vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list, as a boxed slice is one.
#[derive(Clone)]
pub struct Few<T>(Held<T>);

#[derive(Clone)]
enum Held<T> {
    One(T),
    Other(Box<[T]>),
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(list: Vec<T>) -> Self {
        list.into_iter().collect()
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(list: I) -> Self {
        let mut list = list.into_iter();
        let (first, second) = (list.next(), list.next());
        Few(match (first, second) {
            (Some(one), None) => Held::One(one),
            (first, second) => Held::Other(first.into_iter().chain(second).chain(list).collect()),
        })
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few(Held::Other(Box::default()))
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Held::One(one) => slice::from_ref(one),
            Held::Other(list) => list,
        }
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Held::One(one) => slice::from_mut(one),
            Held::Other(list) => list,
        }
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = iter::Chain<option::IntoIter<T>, vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        let (one, others) = match self.0 {
            Held::One(one) => (Some(one), Vec::new()),
            Held::Other(list) => (None, list.into_vec()),
        };
        one.into_iter().chain(others)
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut Few<T> {
    type Item = &'a mut T;
    type IntoIter = slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl<T: Serialize> Serialize for Few<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Few<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::deserialize(from).map(Few::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_list_it_was_made_of() {
        for list in [vec![], vec![5], vec![5, 6], vec![5, 6, 7]] {
            let mut few: Few<i32> = list.clone().into();
            assert_eq!((&*few, few.len()), (&list[..], list.len()));
            assert_eq!(few.clone().into_iter().collect::<Vec<_>>(), list);
            assert_eq!(
                (format!("{few:?}"), serde_json::to_string(&few).ok()),
                (format!("{list:?}"), serde_json::to_string(&list).ok())
            );
            assert_eq!(serde_json::to_string(&list).ok().and_then(|text| serde_json::from_str(&text).ok()), Some(few.clone()));
            few.iter_mut().for_each(|n| *n += 1);
            assert_eq!(*few, list.iter().map(|n| n + 1).collect::<Vec<_>>());
        }
        assert!(Few::<i32>::default().is_empty());
    }
}
