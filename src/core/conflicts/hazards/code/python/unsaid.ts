/** What every module has without asking: https://docs.python.org/3/library/functions.html, and the usual exceptions. */
export const unsaid: ReadonlySet<string> = new Set(
  `abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict
  dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int
  isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range repr
  reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip
  self cls __name__ __file__ __doc__ __all__ __import__ NotImplemented Ellipsis
  BaseException Exception ArithmeticError AssertionError AttributeError EOFError FileExistsError FileNotFoundError
  ImportError IndexError IOError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError
  NotImplementedError OSError OverflowError PermissionError RecursionError RuntimeError StopAsyncIteration StopIteration
  SyntaxError SystemExit TimeoutError TypeError UnicodeDecodeError UnicodeEncodeError UnicodeError ValueError Warning
  DeprecationWarning UserWarning ZeroDivisionError ConnectionError`.split(/\s+/),
);
