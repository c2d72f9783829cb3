/** What every module has without asking: https://doc.rust-lang.org/std/prelude/, the macros of `std`, and `Self`. */
export const unsaid: ReadonlySet<string> = new Set(
  `self Self crate super _ Some None Ok Err Option Result Box String ToString Vec Clone Copy Send Sync Sized Drop Fn FnMut
  FnOnce AsRef AsMut Into From Default Iterator IntoIterator Extend DoubleEndedIterator ExactSizeIterator Eq PartialEq Ord
  PartialOrd ToOwned TryFrom TryInto FromIterator Debug drop
  assert assert_eq assert_ne cfg column compile_error concat dbg debug_assert debug_assert_eq debug_assert_ne env eprint
  eprintln file format format_args include include_bytes include_str line matches module_path option_env panic print
  println stringify thread_local todo unimplemented unreachable vec write writeln`.split(/\s+/),
);
