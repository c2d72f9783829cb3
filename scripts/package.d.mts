export declare const vsixFile: string;
export declare function packageExtension(): Promise<string>;
