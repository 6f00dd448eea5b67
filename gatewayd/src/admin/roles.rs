//! What does a method of the admin API need? What is not named here is nobody's.

use crate::model::Role;
use crate::model::Role::{Admin, Operator, Viewer};

/// Every method by its full name, and the least role that may call it.
const NEEDS: &[(&str, Role)] = &[
    ("/gatewayd.v1.Access/WhoAmI", Viewer),
    ("/gatewayd.v1.Audit/List", Admin),
    ("/gatewayd.v1.Audit/Read", Admin),
    ("/gatewayd.v1.Backends/Add", Operator),
    ("/gatewayd.v1.Backends/Probe", Operator),
    ("/gatewayd.v1.Backends/Remove", Operator),
    ("/gatewayd.v1.Backends/SetStanding", Operator),
    ("/gatewayd.v1.Backends/Kill", Operator),
    ("/gatewayd.v1.Backends/SetWeights", Operator),
    ("/gatewayd.v1.Blocks/Add", Operator),
    ("/gatewayd.v1.Blocks/Remove", Operator),
    ("/gatewayd.v1.Certificates/List", Viewer),
    ("/gatewayd.v1.Certificates/Reload", Operator),
    ("/gatewayd.v1.Config/Apply", Admin),
    ("/gatewayd.v1.Config/Export", Operator),
    ("/gatewayd.v1.Config/Fields", Viewer),
    ("/gatewayd.v1.Config/Persist", Admin),
    ("/gatewayd.v1.Config/Rollback", Admin),
    ("/gatewayd.v1.Config/Validate", Operator),
    ("/gatewayd.v1.Demo/Practise", Operator),
    ("/gatewayd.v1.Demo/SetLoad", Operator),
    ("/gatewayd.v1.Limits/Client", Viewer),
    ("/gatewayd.v1.Limits/Rejections", Viewer),
    ("/gatewayd.v1.Limits/Reset", Operator),
    ("/gatewayd.v1.Limits/Set", Operator),
    ("/gatewayd.v1.Limits/Simulate", Viewer),
    ("/gatewayd.v1.Operations/Apply", Operator),
    ("/gatewayd.v1.Operations/Confirm", Operator),
    ("/gatewayd.v1.Operations/Get", Viewer),
    ("/gatewayd.v1.Operations/List", Viewer),
    ("/gatewayd.v1.Operations/Undo", Operator),
    ("/gatewayd.v1.Operations/Watch", Viewer),
    ("/gatewayd.v1.Scaler/Decisions", Viewer),
    ("/gatewayd.v1.Scaler/Desired", Operator),
    ("/gatewayd.v1.Scaler/Explain", Viewer),
    ("/gatewayd.v1.Scaler/List", Viewer),
    ("/gatewayd.v1.Scaler/Pause", Operator),
    ("/gatewayd.v1.Scaler/Resume", Operator),
    ("/gatewayd.v1.Scaler/Set", Operator),
    ("/gatewayd.v1.Scaler/Simulate", Viewer),
    ("/gatewayd.v1.Traffic/Tail", Viewer),
    ("/gatewayd.v1.Watch/Events", Viewer),
    ("/gatewayd.v1.Watch/GetSnapshot", Viewer),
    ("/gatewayd.v1.Watch/History", Viewer),
    ("/gatewayd.v1.Watch/Snapshots", Viewer),
];

/// Methods of services that are not ours.
const OTHERS: [(&str, Role); 3] = [
    ("/grpc.health.v1.Health/Check", Viewer),
    ("/grpc.health.v1.Health/Watch", Viewer),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Viewer),
];

/// The least role that may call `method`; `None` when there is no such method.
pub(super) fn needed(method: &str) -> Option<Role> {
    let mut known = NEEDS.iter().chain(&OTHERS);
    known.find(|(name, _)| *name == method).map(|(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gateway_proto as wire;
    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    /// The methods of the contract, as reflection tells them.
    fn methods(descriptors: &[u8]) -> BTreeSet<String> {
        let set = FileDescriptorSet::decode(descriptors).unwrap();
        let services = set.file.iter().flat_map(|file| {
            file.service.iter().map(move |service| (file.package().to_owned(), service))
        });
        let methods = services.flat_map(|(package, service)| {
            let name = format!("/{package}.{}", service.name());
            service.method.iter().map(move |method| format!("{name}/{}", method.name()))
        });
        methods.collect()
    }

    #[test]
    fn every_method_has_a_role_and_every_role_a_method() {
        for (descriptors, table) in
            [(wire::DESCRIPTORS, NEEDS), (tonic_health::pb::FILE_DESCRIPTOR_SET, &OTHERS[..2])]
        {
            let named: BTreeSet<String> =
                table.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(named, methods(descriptors), "give each a row in admin/roles.rs");
            assert_eq!(named.len(), table.len(), "a row stands twice");
        }
    }

    #[test]
    fn what_has_no_row_is_nobodys() {
        for method in ["/gatewayd.v1.Backends/Frob", "/gatewayd.v1.Backends/add", "", "/"] {
            assert_eq!(needed(method), None, "{method}");
        }
    }
}
