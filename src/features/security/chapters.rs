//! The chapters of ASVS 5.0 that apply to a program of this kind, and which tests of ours stand for
//! each; a test sees to it that these exist. Not there: 9 (no token carries its own claims), 17 (no
//! WebRTC).

pub struct Chapter {
    pub number: &'static str,
    pub title: &'static str,
    pub tests: &'static [&'static str],
}

const fn chapter(
    number: &'static str,
    title: &'static str,
    tests: &'static [&'static str],
) -> Chapter {
    Chapter { number, title, tests }
}

pub static CHAPTERS: [Chapter; 15] = [
    chapter(
        "V1",
        "Encoding and sanitization",
        &["formulas_get_a_quote_and_figures_do_not", "threat_33_no_field_holds_a_second_line"],
    ),
    chapter(
        "V2",
        "Validation and business logic",
        &["threat_22_a_call_that_is_replayed_a_thousand_times_has_one_effect"],
    ),
    chapter(
        "V3",
        "Web frontend security",
        &[
            "threat_02_no_unsafe_route_obeys_another_site",
            "threat_03_04_every_answer_bears_the_protecting_headers",
            "a_page_holds_no_inline_script_style_or_handler",
        ],
    ),
    chapter(
        "V4",
        "API and web service",
        &["threat_34_large_bodies_and_slow_heads_are_refused_and_others_are_served"],
    ),
    chapter("V5", "File handling", &["a_body_is_unpacked_and_a_bomb_is_cut_off"]),
    chapter(
        "V6",
        "Authentication",
        &[
            "threat_19_at_most_300_guesses_a_day_and_a_restart_forgives_nothing",
            "s02_totp_single_use_also_of_two_at_the_same_time",
        ],
    ),
    chapter(
        "V7",
        "Session management",
        &[
            "threat_18_a_session_ends_when_idle_and_at_last_in_any_case",
            "threat_18_a_session_set_before_never_survives_the_sign_in",
        ],
    ),
    chapter(
        "V8",
        "Authorization",
        &["threat_21_every_route_lets_in_the_roles_of_its_permission_and_no_other"],
    ),
    chapter(
        "V10",
        "OAuth, as a client of platforms",
        &["threat_16_no_secret_and_no_buyer_stands_anywhere"],
    ),
    chapter(
        "V11",
        "Cryptography",
        &[
            "threat_09_a_secret_is_nowhere_and_an_altered_record_is_refused",
            "threat_09_no_single_flipped_bit_goes_unnoticed",
        ],
    ),
    chapter(
        "V12",
        "Secure communication",
        &[
            "threat_07_from_the_network_all_goes_over_tls_and_plain_http_is_closed",
            "threat_33_a_server_without_starttls_hears_nothing",
        ],
    ),
    chapter(
        "V13",
        "Configuration",
        &["threat_06_every_file_is_its_owners_alone", "threat_07_what_starts_and_what_does_not"],
    ),
    chapter(
        "V14",
        "Data protection",
        &[
            "s24_after_an_erasure_no_byte_of_the_buyer_is_left_and_the_figures_stand",
            "s19_a_restored_backup_forgets_the_erased_again_before_it_is_used",
        ],
    ),
    chapter("V15", "Secure coding and architecture", &["every_file_keeps_the_house_rules"]),
    chapter(
        "V16",
        "Security logging and error handling",
        &[
            "threat_16_pages_of_errors_tell_nothing_of_the_inside",
            "s23_what_was_done_for_a_buyer_is_on_record_without_them",
        ],
    ),
];
