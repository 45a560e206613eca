//! The program; all of it is in `app`.

fn main() -> std::process::ExitCode {
    purser::app::cli::run(std::env::args_os())
}
