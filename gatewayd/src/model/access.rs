//! Access: who may call the admin API, and as what.

use super::Principal;

/// What a caller may do; each may what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Looks.
    Viewer,
    /// Changes what traffic does: standings, weights, limits, blocks, sizes.
    Operator,
    /// Everything, such as reading who tried what.
    Admin,
}

/// Who has which role, as the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    grants: Vec<(Principal, Role)>,
}

/// A role and why somebody has it, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Why: `user:alice is named in [admin] roles`.
    pub why: String,
}

/// The user behind the other end of a unix socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalUser {
    /// The user.
    pub user: Account,
    /// The groups the user is in.
    pub groups: Vec<Account>,
}

/// A user or a group of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: u32,
    /// Its name; absent when it has none.
    pub name: Option<String>,
}

/// Whom a socket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketOwner {
    /// The user that the gateway runs as.
    pub uid: u32,
    /// The group that may open the socket.
    pub gid: u32,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

    /// Its word in every tool.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

impl Access {
    /// Access by these grants.
    #[must_use]
    pub fn new(grants: Vec<(Principal, Role)>) -> Access {
        Access { grants }
    }

    /// Whether any certificate has a role.
    #[must_use]
    pub fn names_certificates(&self) -> bool {
        let by_certificate = |it: &Principal| matches!(it, Principal::Dns(_) | Principal::Uri(_));
        self.grants.iter().any(|(principal, _)| by_certificate(principal))
    }

    /// What a user who comes by a unix socket of `owner` may do. What is said of the user goes
    /// before what is said of groups, and that before the defaults: root and the gateway's own user
    /// are admins, the socket's group are operators, nobody else is anything.
    #[must_use]
    pub fn of_user(&self, it: &LocalUser, owner: SocketOwner) -> Option<Grant> {
        let user = |principal: &Principal| principal.is_user(&it.user);
        let group = |principal: &Principal| it.groups.iter().any(|own| principal.is_group(own));
        let default = || match it.user.id {
            0 => Some(Grant { role: Role::Admin, why: "root is an admin by default".into() }),
            id if id == owner.uid => {
                Some(Grant { role: Role::Admin, why: "it is the gateway's own user".into() })
            }
            _ if it.groups.iter().any(|group| group.id == owner.gid) => {
                let why = "it is in the group of the socket".into();
                Some(Grant { role: Role::Operator, why })
            }
            _ => None,
        };
        let named = self.named(user).or_else(|| self.named(group));
        named.map(|(_, grant)| grant).or_else(default)
    }

    /// What a caller whose certificate has these `names` may do, and the name that says so. By
    /// default nobody may do anything.
    #[must_use]
    pub fn of_certificate(&self, names: &[Principal]) -> Option<(Principal, Grant)> {
        self.named(|principal| names.contains(principal))
    }

    /// The highest role that is given to one of those who `fit`, and to whom.
    fn named(&self, fit: impl Fn(&Principal) -> bool) -> Option<(Principal, Grant)> {
        let fitting = self.grants.iter().filter(|(principal, _)| fit(principal));
        let (principal, role) = fitting.max_by_key(|(_, role)| *role)?;
        let why = format!("[admin.roles] names {principal}");
        Some((principal.clone(), Grant { role: *role, why }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: SocketOwner = SocketOwner { uid: 990, gid: 991 };

    fn account(id: u32, name: &str) -> Account {
        Account { id, name: (!name.is_empty()).then(|| name.to_owned()) }
    }

    fn user(id: u32, name: &str, groups: &[(u32, &str)]) -> LocalUser {
        let groups = groups.iter().map(|(id, name)| account(*id, name)).collect();
        LocalUser { user: account(id, name), groups }
    }

    fn access(grants: &[(&str, Role)]) -> Access {
        Access::new(grants.iter().map(|(who, role)| (who.parse().unwrap(), *role)).collect())
    }

    fn role(grants: &[(&str, Role)], user: &LocalUser) -> Option<Role> {
        access(grants).of_user(user, OWNER).map(|grant| grant.role)
    }

    #[test]
    fn by_default_root_and_the_gateway_are_admins_the_sockets_group_operates_and_others_are_nobody()
    {
        assert_eq!(role(&[], &user(0, "root", &[(0, "root")])), Some(Role::Admin));
        assert_eq!(role(&[], &user(990, "gateway", &[(990, "x")])), Some(Role::Admin));
        assert_eq!(
            role(&[], &user(7, "ana", &[(100, "users"), (991, "gw")])),
            Some(Role::Operator)
        );
        assert_eq!(role(&[], &user(8, "eve", &[(100, "users")])), None);
    }

    #[test]
    fn what_is_said_of_a_user_goes_before_what_is_said_of_groups_and_that_before_defaults() {
        let ana = user(7, "ana", &[(100, "users"), (991, "gw")]);
        let grants = [("group:gw", Role::Viewer), ("user:ana", Role::Admin)];
        assert_eq!(role(&grants, &ana), Some(Role::Admin));
        assert_eq!(role(&grants[..1], &ana), Some(Role::Viewer));
        assert_eq!(role(&[("user:0", Role::Viewer)], &user(0, "root", &[])), Some(Role::Viewer));
    }

    #[test]
    fn of_several_roles_the_highest_holds() {
        let ana = user(7, "ana", &[(100, "users"), (991, "gw")]);
        let grants = [("group:users", Role::Operator), ("group:gw", Role::Viewer)];
        assert_eq!(role(&grants, &ana), Some(Role::Operator));
    }

    #[test]
    fn a_number_means_an_id_and_never_a_name() {
        let strange = user(7, "1000", &[]);
        assert_eq!(role(&[("user:1000", Role::Admin)], &strange), None);
        assert_eq!(role(&[("user:7", Role::Admin)], &strange), Some(Role::Admin));
    }

    #[test]
    fn a_certificate_is_known_by_exactly_its_names() {
        let access =
            access(&[("dns:ops-1.example", Role::Operator), ("uri:spiffe://ops/ana", Role::Admin)]);
        let of = |names: &[&str]| {
            let names: Vec<Principal> = names.iter().map(|name| name.parse().unwrap()).collect();
            access.of_certificate(&names).map(|(_, grant)| grant.role)
        };
        assert_eq!(of(&["dns:OPS-1.example"]), Some(Role::Operator));
        assert_eq!(of(&["dns:ops-1.example", "uri:spiffe://ops/ana"]), Some(Role::Admin));
        for stranger in
            ["dns:ops-1.example.org", "dns:ops-2.example", "uri:spiffe://ops/ana/", "user:ana"]
        {
            assert_eq!(of(&[stranger]), None, "{stranger}");
        }
        assert_eq!(of(&[]), None);
    }
}
