//! The hard deny list: what is never run from chat, whatever the role and the guardrails allow.
