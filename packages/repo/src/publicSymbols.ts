import path from 'node:path';
import ts from 'typescript';
import type { Sources } from './layers.js';

/** A symbol that the entry of a package exports. */
export interface PublicSymbol {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  /** The text of its doc comment, empty if it has none. */
  readonly comment: string;
}

/** What `entry` exports from files of its own package, with where it is declared. */
export function publicSymbols(sources: Sources, entry: string): PublicSymbol[] {
  const found: PublicSymbol[] = [];
  for (const statement of parse(sources, entry).statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue;
    const specifier = (statement.moduleSpecifier as ts.StringLiteral).text;
    const { exportClause } = statement;
    if (!specifier.startsWith('.') || exportClause === undefined || !ts.isNamedExports(exportClause)) continue;
    const target = path.posix.join(path.posix.dirname(entry), specifier).replace(/\.js$/, '.ts');
    for (const { name, propertyName } of exportClause.elements) {
      found.push(declaration(sources, target, (propertyName ?? name).text));
    }
  }
  return found;
}

function declaration(sources: Sources, file: string, name: string): PublicSymbol {
  const source = parse(sources, file);
  for (const statement of source.statements) {
    if (declaredNames(statement).includes(name)) {
      const comments = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
      return { name, file, comment: comments.map((comment) => comment.getText(source)).join('\n') };
    }
  }
  // Passed on by a file in between, such as the entry of a folder.
  const passedOn = publicSymbols(sources, file).find((symbol) => symbol.name === name);
  if (passedOn === undefined) throw new Error(`${file} does not declare ${name}`);
  return passedOn;
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((one) => one.name.getText());
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return named && statement.name !== undefined ? [statement.name.text] : [];
}

function parse(sources: Sources, file: string): ts.SourceFile {
  const text = sources.get(file);
  if (text === undefined) throw new Error(`there is no ${file}`);
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
}
