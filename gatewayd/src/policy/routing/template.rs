//! Templates: paths with a literal or a parameter in each segment.
//!
//! Templates with parameters in the same places are of one shape. There are few shapes, so a path
//! is held against each; within a shape its literals are looked up by their hash.

use std::cmp::Reverse;
use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::model::Segment;

use super::Taker;
use super::paths::{named_methods_first, spelled};

/// The templates of one host.
#[derive(Debug, Default)]
pub(super) struct Templates {
    shapes: Vec<Shape>,
}

#[derive(Debug)]
struct Shape {
    /// For each segment whether it is literal.
    literal: Box<[bool]>,
    /// By [`fingerprint`] of their literals.
    templates: HashMap<u64, Vec<Template>>,
}

#[derive(Debug)]
struct Template {
    literals: Box<[Box<str>]>,
    takers: Vec<Taker>,
}

impl Templates {
    /// Adds a template; to be followed by [`Templates::arrange`].
    pub(super) fn add(&mut self, segments: &[Segment], taker: Taker) {
        let literal = segments.iter().map(|it| matches!(it, Segment::Literal(_))).collect();
        let literals: Box<[_]> = segments.iter().filter_map(literal_text).collect();
        let key = fingerprint(literals.iter().map(Box::as_ref));
        let alike = self.shape_of(literal).templates.entry(key).or_default();
        match alike.iter_mut().find(|template| template.literals == literals) {
            Some(template) => template.takers.push(taker),
            None => alike.push(Template { literals, takers: vec![taker] }),
        }
    }

    fn shape_of(&mut self, literal: Box<[bool]>) -> &mut Shape {
        let known = self.shapes.iter().position(|shape| shape.literal == literal);
        let index = known.unwrap_or_else(|| {
            self.shapes.push(Shape { literal, templates: HashMap::new() });
            self.shapes.len() - 1
        });
        &mut self.shapes[index]
    }

    /// Puts in order what was added.
    pub(super) fn arrange(&mut self) {
        self.shapes.sort_by_key(|shape| {
            let literals = shape.literal.iter().filter(|literal| **literal).count();
            Reverse((literals, shape.literal.clone()))
        });
        let templates = self.shapes.iter_mut().flat_map(|shape| shape.templates.values_mut());
        templates.flatten().for_each(|template| named_methods_first(&mut template.takers));
    }

    /// The routes of each template that matches `path`, the most specific first.
    pub(super) fn matching<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Vec<Taker>> {
        let length = if self.shapes.is_empty() { 0 } else { segments(path).count() };
        let shapes = self.shapes.iter().filter(move |shape| shape.literal.len() == length);
        shapes.filter_map(|shape| shape.find(path))
    }
}

impl Shape {
    /// The routes of the template of this shape that matches `path`, which is of its length.
    fn find(&self, path: &str) -> Option<&Vec<Taker>> {
        let mut places = segments(path).zip(&self.literal);
        if places.any(|(segment, literal)| segment.is_empty() && !literal) {
            return None;
        }
        let mut alike = self.templates.get(&fingerprint(self.literals(path)))?.iter();
        let found = alike.find(|it| it.literals.iter().map(Box::as_ref).eq(self.literals(path)));
        found.map(|template| &template.takers)
    }

    /// The segments of `path` where this shape is literal.
    fn literals<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        let places = segments(path).zip(&self.literal);
        places.filter_map(|(segment, literal)| literal.then_some(segment))
    }
}

/// Routes alone are looked up by it, so nobody outside gains by making two collide.
fn fingerprint<'a>(literals: impl Iterator<Item = &'a str>) -> u64 {
    literals.fold(0, |hash, literal| xxh3_64_with_seed(literal.as_bytes(), hash))
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn literal_text(segment: &Segment) -> Option<Box<str>> {
    match segment {
        // Canonical paths begin with a slash, segments do not.
        Segment::Literal(text) => Some(spelled(&format!("/{text}"))[1..].into()),
        Segment::Parameter(_) => None,
    }
}
