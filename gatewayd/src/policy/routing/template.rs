//! Templates: paths with a literal or a parameter in each segment.
//!
//! Templates with parameters in the same places are of one shape. There are few shapes, so a path
//! is held against each; within a shape its literals are looked up by binary search.

use std::cmp::Reverse;

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
    /// In the order of their literals.
    templates: Vec<Template>,
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
        let literals = segments.iter().filter_map(literal_text).collect();
        let shape = self.shape_of(literal);
        match shape.templates.iter_mut().find(|template| template.literals == literals) {
            Some(template) => template.takers.push(taker),
            None => shape.templates.push(Template { literals, takers: vec![taker] }),
        }
    }

    fn shape_of(&mut self, literal: Box<[bool]>) -> &mut Shape {
        let known = self.shapes.iter().position(|shape| shape.literal == literal);
        let index = known.unwrap_or_else(|| {
            self.shapes.push(Shape { literal, templates: Vec::new() });
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
        for shape in &mut self.shapes {
            shape.templates.sort_by(|one, other| one.literals.cmp(&other.literals));
            for template in &mut shape.templates {
                named_methods_first(&mut template.takers);
            }
        }
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
        let compare = |it: &Template| it.literals.iter().map(Box::as_ref).cmp(self.literals(path));
        let index = self.templates.binary_search_by(compare).ok()?;
        Some(&self.templates[index].takers)
    }

    /// The segments of `path` where this shape is literal.
    fn literals<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        let places = segments(path).zip(&self.literal);
        places.filter_map(|(segment, literal)| literal.then_some(segment))
    }
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
