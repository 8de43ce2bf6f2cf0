//! Values under telling names, in the notations of languages, tools and files.

mod below;
mod commands;
mod expressions;
mod files;
mod languages;
#[path = "../marks/mod.rs"]
mod marks;
mod names;
mod printed;
mod prose;
mod servers;
mod settings;

/// A module of templates and of texts without a secret, as tests.
macro_rules! subject {
    ($subject:ident, $whole:ident, $stays:ident) => {
        #[test]
        fn $whole() {
            marks::go_whole($subject::TEXTS);
        }

        #[test]
        fn $stays() {
            marks::stay($subject::PLAIN);
        }
    };
}

subject!(below, a_value_below_goes_whole, lines_below_without_a_secret_stay);
subject!(commands, an_argument_goes_whole, a_command_without_a_secret_stays);
subject!(expressions, a_string_in_an_expression_goes_whole, other_expressions_stay);
subject!(files, the_value_of_a_setting_goes_whole, a_setting_without_a_secret_stays);
subject!(languages, a_literal_of_code_goes_whole, code_without_a_secret_stays);
subject!(names, the_value_of_a_telling_name_goes_whole, names_without_a_secret_stay);
subject!(printed, a_printed_value_goes_whole, what_is_printed_without_a_secret_stays);
subject!(prose, what_a_sentence_tells_goes_whole, sentences_without_a_secret_stay);
subject!(servers, the_password_of_a_server_goes_whole, a_server_without_a_secret_stays);
subject!(settings, a_word_in_a_setting_goes_whole, other_settings_stay);
