/* eslint-disable */
// Written by `npm run generate` from the operations of this folder. Change those.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What the books of a gateway are. */
export type BooksKind =
  /** Made up, to explore the gateway with. Nothing in them is ever reported. */
  | 'DEMO'
  /** Of a provider. */
  | 'LIVE'
  /** Registrations of the demo stand beside others. Nothing is reported until an operator says what they are. */
  | 'MIXED';

/** What a caller is. */
export type Role =
  /** Sees everything, changes nothing. */
  | 'AUDITOR'
  /** Manages tenants, mappings and usage of its registrations. */
  | 'CSP_ADMIN'
  /** Sees usage, where it is billed and what was reported. Changes nothing. */
  | 'FINANCE'
  /** Records usage for its registration and sees its verdicts. */
  | 'INGESTOR'
  /** Runs the gateway: sees everything on its registrations and administers them. */
  | 'OPERATOR'
  /** Sees the usage and destinations of its own tenants. */
  | 'RESELLER'
  /** Sees its own tenant's usage, and not where it is billed. */
  | 'TENANT_USER';

export type WhoQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoQuery = { readonly viewer: { readonly subject: string, readonly role: Role, readonly books: BooksKind } };

export type FirstRegistrationQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstRegistrationQuery = { readonly registrations: { readonly nodes: ReadonlyArray<{ readonly name: string }> } };

export type FirstTenantQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstTenantQuery = { readonly tenants: { readonly nodes: ReadonlyArray<{ readonly tenantId: string, readonly registration: { readonly name: string } | null }> } };

export type FirstRegistrationAndTenantQueryVariables = Exact<{ [key: string]: never; }>;


export type FirstRegistrationAndTenantQuery = { readonly registrations: { readonly nodes: ReadonlyArray<{ readonly name: string }> }, readonly tenants: { readonly nodes: ReadonlyArray<{ readonly tenantId: string, readonly registration: { readonly name: string } | null }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const WhoDocument = new TypedDocumentString(`
    query Who {
  viewer {
    subject
    role
    books
  }
}
    `) as unknown as TypedDocumentString<WhoQuery, WhoQueryVariables>;
export const FirstRegistrationDocument = new TypedDocumentString(`
    query FirstRegistration {
  registrations(first: 1) {
    nodes {
      name
    }
  }
}
    `) as unknown as TypedDocumentString<FirstRegistrationQuery, FirstRegistrationQueryVariables>;
export const FirstTenantDocument = new TypedDocumentString(`
    query FirstTenant {
  tenants(first: 1) {
    nodes {
      tenantId
      registration {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FirstTenantQuery, FirstTenantQueryVariables>;
export const FirstRegistrationAndTenantDocument = new TypedDocumentString(`
    query FirstRegistrationAndTenant {
  registrations(first: 1) {
    nodes {
      name
    }
  }
  tenants(first: 1) {
    nodes {
      tenantId
      registration {
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FirstRegistrationAndTenantQuery, FirstRegistrationAndTenantQueryVariables>;
