//! Passwords that are tried first. Of the lists in circulation hardly an entry has twelve
//! characters; the long ones are short ones put together, written twice, or with figures and
//! signs around them. So not the entries are kept but what they are made of: up to three of the
//! words below, with any figures and signs around and between, in any case, with letters written
//! as figures; walks over the keyboard; and repetitions. That refuses many millions of them.

/// Words joined by more than this are a phrase.
const WORDS_MAX: usize = 3;
const PERIOD_MAX: usize = 6;
const DISTINCT_MIN: usize = 5;

/// Expects lower case.
pub fn is_frequent(password: &str) -> bool {
    let chars: Vec<char> = password.chars().collect();
    if repeats(&chars) || distinct(&chars) < DISTINCT_MIN || walks(&chars) {
        return true;
    }
    let plain: String = chars.iter().filter(|c| c.is_alphabetic()).collect();
    let read: String = chars.iter().map(|c| as_letter(*c)).filter(|c| c.is_alphabetic()).collect();
    let trimmed = password.trim_matches(|c: char| !c.is_alphabetic());
    let inner: String = trimmed.chars().map(as_letter).filter(|c| c.is_alphabetic()).collect();
    [plain, read, inner].iter().any(|letters| {
        let letters: Vec<char> = letters.chars().collect();
        !letters.is_empty() && (made_of_words(&letters) || walks(&letters) || repeats(&letters))
    })
}

/// `p4ssw0rd` is `password`.
fn as_letter(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '8' => 'b',
        other => other,
    }
}

/// `abcabcabcabc`: a short piece again and again, the last one perhaps cut.
fn repeats(chars: &[char]) -> bool {
    let period_max = PERIOD_MAX.min(chars.len() / 2);
    (1..=period_max).any(|period| chars.iter().zip(&chars[period..]).all(|(a, b)| a == b))
}

fn distinct(chars: &[char]) -> usize {
    let mut chars = chars.to_vec();
    chars.sort_unstable();
    chars.dedup();
    chars.len()
}

const ROWS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
];

/// Nearly every step goes to a neighbour.
fn walks(chars: &[char]) -> bool {
    let is_step = |pair: &[char]| {
        let (there, back) = (format!("{}{}", pair[0], pair[1]), format!("{}{}", pair[1], pair[0]));
        pair[0] == pair[1] || ROWS.iter().any(|row| row.contains(&there) || row.contains(&back))
    };
    let steps = chars.windows(2).filter(|pair| is_step(pair)).count();
    chars.len() >= 4 && steps * 5 >= (chars.len() - 1) * 4
}

/// The fewest listed words of which the letters consist, if at most three do.
fn made_of_words(letters: &[char]) -> bool {
    let mut fewest: Vec<Option<usize>> = vec![None; letters.len() + 1];
    fewest[0] = Some(0);
    for start in 0..letters.len() {
        let Some(words) = fewest[start] else { continue };
        for word in WORDS.split_ascii_whitespace() {
            let end = start + word.len();
            if end <= letters.len() && word.chars().eq(letters[start..end].iter().copied()) {
                let better = fewest[end].is_none_or(|known| words + 1 < known);
                fewest[end] = if better { Some(words + 1) } else { fewest[end] };
            }
        }
    }
    fewest[letters.len()].is_some_and(|words| words <= WORDS_MAX)
}

const WORDS: &str = "
a aa aaa abc abcd admin administrator adidas again alex alexander alexandra alexis alice all
amanda america american amor andre andrea andrew angel angela angels animal anna anthony apple
apples april arsenal asdf asdfgh asdfghjkl ashley asshole august austin awesome baby babygirl
bailey banana barbara barcelona baseball basketball batman beach bear beautiful beauty because
bella best bigdog bill billy bitch black blessed blink blue boomer booboo boston brandon brandy
brian brother bubbles buddy bulldog buster butter butterfly cameron captain caroline carolina
casey cat champion changeme changethis charles charlie cheese chelsea cherry chester chicago
chicken chocolate chris christian christopher cookie cookies coffee compaq computer cool corvette
cowboy cowboys crystal dad daddy dakota dallas daniel danielle david death december default demo
denis destiny devil diamond dog doggie dolphin dolphins donald dragon dream dreams eagle eagles
ebay edward elizabeth eminem emma england enter eric estrella etsy europe everton everything
family fall february ferrari fire fish fishing flower flowers football forever ford france
francis frank freddy freedom friday friend friends fuck fucker fuckme fuckoff fuckyou gabriel
game gamer games gandalf gateway george german germany ginger girl girls god goddess gold golden
golf golfer good google gordon green guest guitar hammer hannah happy harley harry heart heaven
hello helpme hello hockey hola home honda honey hotdog hottie house hunter i iloveu iloveyou
in is india internet iphone iron isabella jack jackson jaguar jake james january jasmine jason
jennifer jeremy jessica jessie jesus john johnny johnson jonathan jordan jordan joseph joshua
juice julian july june junior justin karate katie keeper kevin killer king kitty knight lady
lakers lauren legend letmein liberty life lion little liverpool login lol london longpassword
love lovely lover loveme loves lucky maddog madison maggie magic man manager manchester march
maria marina mark marlboro martin master matrix matthew maverick max may me melissa mercedes
merlin metallica michael michelle mickey midnight miguel mike minecraft miller monday money
monica monkey monster morgan mother mountain movie music mustang my mynoob myspace name naruto
natalie natasha nathan ncc new newyork nicholas nicole ninja nintendo no nothing november
november october of oliver olivia one orange owner pa panther paris parker pass passcode passion
passphrase password passwords passwort patrick peace peaches peanut pepper peter phoenix pizza
player please poison pokemon police porsche power prince princess private purple purser pussy
qaz qazwsx qwe qwert qwerty qwertyu qwertyui qwertyuiop rachel rainbow raiders ranger rangers
real rebecca red redsox remember richard robert rock rocky ronaldo root rose rosebud runner
russia sample samantha samsung samuel sandra santiago sara sarah saturday school scooter scorpion
secret secure security september service sex sexy shadow shalom shop shopify shopping silver
simple slayer slipknot smokey snoopy soccer sophie spider spiderman spring starwars star stars
start steelers stella stephanie steven strawberry strong stupid summer sunday sunflower sunshine
super superman superstar support sweet system taylor tennis teresa test tester testing thank
thanks the theman thing thomas thunder thursday tiffany tiger tigger time tinkerbell to today
toor travis trustno trustnoone tuesday turtle twilight united user username vanessa vegeta
victor victoria viking vincent warrior wednesday welcome werty whatever white wilson willow
william winner winter wizard wolf woman world xbox yankees yellow you your yourself zaq zxcv
zxcvb zxcvbn zxcvbnm";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_entries_of_the_well_known_lists_are_refused() {
        for password in [
            "password1234",
            "passwordpassword",
            "password12345",
            "p4ssw0rd1234!",
            "p@$$w0rd!2026",
            "123456789012",
            "1234567890123",
            "123456123456",
            "111111111111",
            "000000000000",
            "qwertyuiop123",
            "qwertyuiop[]",
            "1qaz2wsx3edc",
            "1q2w3e4r5t6y7u",
            "qwerty123456",
            "qwertyqwerty",
            "abcdefghijkl",
            "abcd12345678",
            "iloveyou1234",
            "iloveyou2026!",
            "letmein12345",
            "welcome12345",
            "welcome@2026!",
            "administrator",
            "administrator1",
            "changemechangeme",
            "changeme2026!",
            "sunshine1234",
            "princess2026",
            "football1234",
            "baseball2026!",
            "superman12345",
            "summer2026!!!",
            "winter 2026 !",
            "manchesterunited",
            "trustno1trustno1",
            "christopher1",
            "dragon dragon dragon",
            "abcabcabcabc",
            "monkeymonkey1",
            "secretpassword",
            "mypassword123",
            "purserpurser",
            "purser-password-1",
        ] {
            assert!(is_frequent(password), "{password}");
        }
    }

    #[test]
    fn phrases_and_random_letters_are_not() {
        for password in [
            "marble otter vinyl seven",
            "correct horse battery staple",
            "x7fkq92mzt4w",
            "my cat sleeps on the printer",
            "tallinna vanalinn hommikul",
            "849302755016",
            "kv-0431-bgh-lantern",
        ] {
            assert!(!is_frequent(password), "{password}");
        }
    }
}
