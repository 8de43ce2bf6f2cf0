fn main() { let t = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap(); let r = airvane_redact::Redactor::default();
 for _ in 0..5 { std::hint::black_box(r.text(&t).len()); } }
