fn main() {
    let t = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let mode = std::env::args().nth(2).unwrap_or_default();
    let r = airvane_redact::Redactor::default();
    if mode.is_empty() {
        for (k, n) in airvane_redact::hot(&t) {
            println!("{n} {k}");
        }
    }
    for _ in 0..20 {
        std::hint::black_box(match mode.as_str() {
            "gate" => airvane_redact::gate_only(&t),
            "clean" => airvane_redact::clean(&t).len(),
            "text" => r.text(&t).len(),
            _ => 0,
        });
    }
}
