/** Names that say only what part of something a type is: every component has its `Props`. */
const generic: ReadonlySet<string> = new Set(
  `Props State Options Option Opts Config Configuration Settings Params Parameters Args Arguments Input Output Result
  Results Response Request Context Ctx Data Item Items Entry Key Value Type Kind Mode Status Action Actions Event Events
  Handler Callback Listener Error Builder Meta Metadata Payload Query Filter Variant Variants Size Style Styles Theme
  Ref Node Row Column Field Fields Step Test Fixture Mock Model Schema Form FormData FormValues Client Service Command
  Cli Commands Message Messages Msg App Main Module Plugin Provider Store Base Default Info Inner Iter Iterator Cache
  Manager Helper Utils Migration Up Down Page Component Layout View Controller Loader`.split(/\s+/),
);

/** Whether a name says too little to mean the same thing in two places. */
export function isGeneric(name: string): boolean {
  return generic.has(name) || name.length < 3;
}
