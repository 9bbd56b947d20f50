//! The words of an expression to its tree: a Pratt parser over the grammar of `JMESPath`.
//!
//! Source: <https://jmespath.site/main/specification.html#grammar>; how strongly its signs bind, as `jmespath.py` has it.

use super::functions::Function;
use super::tokens::{Token, Tokens};
use super::tree::{Argument, Comparison, Node, Slice};

/// The longest that a command may be is 5,000 characters.
const CHARACTERS_MAX: usize = 4_000;
/// Expressions within expressions: reading and answering recurse, and a stack is finite.
const DEPTH_MAX: usize = 32;
/// What follows one upon another: it nests in the tree. A long query of the AWS CLI's manual has 30.
const STEPS_MAX: usize = 100;

/// A projection ends before what binds less.
const PROJECTION: usize = 10;
const STAR: usize = 20;
const FILTER: usize = 21;
const FLATTEN: usize = 9;
const DOT: usize = 40;
const NOT: usize = 45;

type Read<T> = Result<T, String>;

/// Why not is in words for whoever typed it.
pub(super) fn parse(text: &str) -> Read<Node> {
    if text.chars().count() > CHARACTERS_MAX {
        return Err(format!("the query is longer than {CHARACTERS_MAX} characters: ask for less of it at once"));
    }
    let mut parser = Parser { tokens: Tokens::of(text)?, depth: 0, steps: 0 };
    let node = parser.expression(0)?;
    match parser.tokens.next() {
        Token::End => Ok(node),
        _ => Err(parser.tokens.unexpected()),
    }
}

struct Parser {
    tokens: Tokens,
    depth: usize,
    steps: usize,
}

/// How strongly a sign binds what stands before it.
fn binding(token: &Token) -> usize {
    match token {
        Token::Sign("|") => 1,
        Token::Sign("||") => 2,
        Token::Sign("&&") => 3,
        Token::Sign("==" | "!=" | "<" | "<=" | ">" | ">=") => 5,
        Token::Sign("[]") => FLATTEN,
        Token::Sign("[?") => FILTER,
        Token::Sign(".") => DOT,
        Token::Sign("[") => 55,
        _ => 0,
    }
}

fn comparison(sign: &str) -> Option<Comparison> {
    Some(match sign {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn each(list: Node, node: Node) -> Node {
    Node::Each(Box::new(list), Box::new(node))
}

impl Parser {
    fn expression(&mut self, power: usize) -> Read<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("the query nests more than {DEPTH_MAX} deep: ask for less of it at once"));
        }
        let mut left = self.first()?;
        while binding(self.tokens.peek()) > power {
            self.steps += 1;
            if self.steps > STEPS_MAX {
                return Err(format!("the query has more than {STEPS_MAX} steps: ask for less of it at once"));
            }
            left = self.after(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// What an expression may begin with.
    fn first(&mut self) -> Read<Node> {
        match self.tokens.next() {
            Token::Name(name) if *self.tokens.peek() == Token::Sign("(") => self.call(&name),
            Token::Name(name) => Ok(Node::Field(name)),
            Token::Quoted(name) if *self.tokens.peek() != Token::Sign("(") => Ok(Node::Field(name)),
            Token::Literal(value) => Ok(Node::Literal(value)),
            Token::Sign("@") => Ok(Node::Current),
            Token::Sign("*") => {
                let rest = if *self.tokens.peek() == Token::Sign("]") { Node::Current } else { self.projected(STAR)? };
                Ok(each(Node::Values(Box::new(Node::Current)), rest))
            }
            Token::Sign("!") => Ok(Node::Not(Box::new(self.expression(NOT)?))),
            Token::Sign("(") => {
                let within = self.expression(0)?;
                self.tokens.expect(")")?;
                Ok(within)
            }
            Token::Sign("{") => self.object(),
            Token::Sign("[]") => self.flattened(Node::Current),
            Token::Sign("[?") => self.filtered(Node::Current),
            Token::Sign("[") => match self.tokens.peek() {
                Token::Number(_) | Token::Sign(":") => self.placed(Node::Current),
                Token::Sign("*") if *self.tokens.peek_second() == Token::Sign("]") => self.every(Node::Current),
                _ => self.list("]").map(Node::List),
            },
            _ => Err(self.tokens.unexpected()),
        }
    }

    /// What may follow it.
    fn after(&mut self, left: Node) -> Read<Node> {
        let Token::Sign(sign) = self.tokens.next() else { return Err(self.tokens.unexpected()) };
        let boxed = Box::new;
        Ok(match sign {
            "." if *self.tokens.peek() == Token::Sign("*") => {
                self.tokens.next();
                each(Node::Values(boxed(left)), self.projected(STAR)?)
            }
            "." => Node::Then(boxed(left), boxed(self.member(DOT)?)),
            "|" => Node::Then(boxed(left), boxed(self.expression(1)?)),
            "||" => Node::Or(boxed(left), boxed(self.expression(2)?)),
            "&&" => Node::And(boxed(left), boxed(self.expression(3)?)),
            "[]" => self.flattened(left)?,
            "[?" => self.filtered(left)?,
            "[" if matches!(self.tokens.peek(), Token::Number(_) | Token::Sign(":")) => self.placed(left)?,
            "[" => self.every(left)?,
            sign => match comparison(sign) {
                Some(comparison) => Node::Compare(comparison, boxed(left), boxed(self.expression(5)?)),
                None => return Err(self.tokens.unexpected()),
            },
        })
    }

    /// Behind a dot.
    fn member(&mut self, power: usize) -> Read<Node> {
        match self.tokens.peek() {
            Token::Name(_) | Token::Quoted(_) | Token::Sign("*") => self.expression(power),
            Token::Sign("[") => {
                self.tokens.next();
                self.list("]").map(Node::List)
            }
            Token::Sign("{") => {
                self.tokens.next();
                self.object()
            }
            _ => {
                self.tokens.next();
                Err(self.tokens.unexpected())
            }
        }
    }

    /// What is done with each of a list.
    fn projected(&mut self, power: usize) -> Read<Node> {
        match self.tokens.peek() {
            Token::Sign("[" | "[?") => self.expression(power),
            Token::Sign(".") => {
                self.tokens.next();
                self.member(power)
            }
            token if binding(token) < PROJECTION => Ok(Node::Current),
            _ => {
                self.tokens.next();
                Err(self.tokens.unexpected())
            }
        }
    }

    /// Behind the bracket of `[*]`.
    fn every(&mut self, list: Node) -> Read<Node> {
        self.tokens.expect("*")?;
        self.tokens.expect("]")?;
        Ok(each(list, self.projected(STAR)?))
    }

    fn flattened(&mut self, list: Node) -> Read<Node> {
        Ok(each(Node::Flatten(Box::new(list)), self.projected(FLATTEN)?))
    }

    fn filtered(&mut self, list: Node) -> Read<Node> {
        let condition = self.expression(0)?;
        self.tokens.expect("]")?;
        let then = if *self.tokens.peek() == Token::Sign("[]") { Node::Current } else { self.projected(FILTER)? };
        Ok(each(list, Node::If(Box::new(condition), Box::new(then))))
    }

    /// `[1]` is one; `[1:]` is a list, and what follows is done with each of it.
    fn placed(&mut self, list: Node) -> Read<Node> {
        let (mut parts, mut at) = ([None; 3], 0);
        loop {
            match self.tokens.next() {
                Token::Number(number) => match parts.get_mut(at) {
                    Some(part @ None) => *part = Some(number),
                    _ => return Err(self.tokens.unexpected()),
                },
                Token::Sign(":") if at < 2 => at += 1,
                Token::Sign("]") => break,
                _ => return Err(self.tokens.unexpected()),
            }
        }
        let [begin, end, step] = parts;
        let list = Box::new(list);
        match (at, begin, step.unwrap_or(1)) {
            (0, Some(index), _) => Ok(Node::Then(list, Box::new(Node::Index(index)))),
            (0, None, _) => Err(self.tokens.unexpected()),
            (_, _, 0) => Err("a slice has a step of 0".to_owned()),
            (_, begin, step) => {
                let slice = Node::Slice(Slice { begin, end, step });
                Ok(each(Node::Then(list, Box::new(slice)), self.projected(STAR)?))
            }
        }
    }

    fn list(&mut self, end: &'static str) -> Read<Vec<Node>> {
        let mut nodes = vec![self.expression(0)?];
        while self.tokens.goes_on(end)? {
            nodes.push(self.expression(0)?);
        }
        Ok(nodes)
    }

    fn object(&mut self) -> Read<Node> {
        let mut members = Vec::new();
        loop {
            let (Token::Name(name) | Token::Quoted(name)) = self.tokens.next() else {
                return Err(self.tokens.unexpected());
            };
            self.tokens.expect(":")?;
            members.push((name, self.expression(0)?));
            if !self.tokens.goes_on("}")? {
                return Ok(Node::Object(members));
            }
        }
    }

    fn call(&mut self, name: &str) -> Read<Node> {
        self.tokens.expect("(")?;
        let mut arguments = Vec::new();
        if *self.tokens.peek() == Token::Sign(")") {
            self.tokens.next();
        } else {
            arguments.push(self.argument()?);
            while self.tokens.goes_on(")")? {
                arguments.push(self.argument()?);
            }
        }
        Ok(Node::Call(Function::named(name, arguments.len())?, arguments))
    }

    fn argument(&mut self) -> Read<Argument> {
        if *self.tokens.peek() == Token::Sign("&") {
            self.tokens.next();
            return self.expression(0).map(Argument::Expression);
        }
        self.expression(0).map(Argument::Value)
    }
}
