//! Tests of the table, and of what is made of it.

mod canonical;
mod made_up;
mod shapes;
