/** What every file has without asking: the types of `java.lang` that are met most often. */
export const unsaid: ReadonlySet<string> = new Set(
  `this super var Object String StringBuilder CharSequence Character Boolean Byte Short Integer Long Float Double Number
  Void Math System Thread Runnable Iterable Comparable AutoCloseable Cloneable Enum Record Class Process ProcessBuilder
  Throwable Exception RuntimeException Error IllegalArgumentException IllegalStateException NullPointerException
  IndexOutOfBoundsException UnsupportedOperationException InterruptedException ClassCastException ArithmeticException
  NumberFormatException CloneNotSupportedException ClassNotFoundException SecurityException AssertionError
  OutOfMemoryError StackOverflowError Override Deprecated SuppressWarnings FunctionalInterface SafeVarargs`.split(
    /\s+/,
  ),
);
