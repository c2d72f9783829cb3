import * as vscode from 'vscode';
import { DisposableBase } from '../../core/disposable';

/** What all file systems of ours refuse: they show, and keep nothing. */
export abstract class ReadOnlyFileSystem extends DisposableBase {
  /** @param scheme of its documents */
  protected _registerAs(scheme: string, provider: this & vscode.FileSystemProvider): void {
    this._register(
      vscode.workspace.registerFileSystemProvider(scheme, provider, { isReadonly: true, isCaseSensitive: true }),
    );
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
}
